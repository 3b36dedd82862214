# SPDX-License-Identifier: Apache-2.0
"""What pyproject.toml can't say: `resources/` stays at the top of the repository and is installed in the package.

The benchmark and its peers stay behind: they measure a checkout, and nothing that flies needs them.
"""

from setuptools import find_packages, setup

setup(
    packages=[
        *find_packages(include=["groundstation*"], exclude=["groundstation.app.bench"]),
        "groundstation.resources",
    ],
    package_dir={"groundstation.resources": "resources"},
    package_data={"groundstation": ["py.typed"], "groundstation.resources": ["**/*"]},
    exclude_package_data={"groundstation.resources": ["bench/*"]},
)
