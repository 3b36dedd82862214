# SPDX-License-Identifier: Apache-2.0
"""What pyproject.toml can't say: `resources/` stays at the top of the repository and is installed in the package."""

from setuptools import find_packages, setup

setup(
    packages=[*find_packages(include=["groundstation*"]), "groundstation.resources"],
    package_dir={"groundstation.resources": "resources"},
    package_data={"groundstation": ["py.typed"], "groundstation.resources": ["**/*"]},
)
