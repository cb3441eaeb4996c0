"""The kinds of libvirt objects, one module or package each."""
