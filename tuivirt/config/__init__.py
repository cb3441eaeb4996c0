"""What the user wrote down: settings, bookmarks, libvirt.conf, and where these files live."""
