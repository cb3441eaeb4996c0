"""A terminal without a screen: bytes of a guest in, lines of styled text and the two allowed answers out.

Nothing here knows libvirt or Textual.
"""
