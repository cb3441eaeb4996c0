"""tuivirt: administer libvirt hosts from a terminal."""

__version__ = "0.1.0"
