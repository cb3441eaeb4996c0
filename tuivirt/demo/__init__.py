"""Demo hosts: definitions for the test driver that is built into libvirt."""
