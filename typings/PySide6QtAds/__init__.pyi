"""What the project uses of PySide6-QtAds 5.1, which has no types of its own."""

from . import ads as ads
