"""Domains: what libvirt tells of them and what can be done to them."""
