"""What threads import while the main one does so too."""

import subprocess
import sys

SESSION = "import sys, tuivirt.backend.session; print(*sys.modules)"


def test_connections_import_no_package_that_is_more_than_its_parts() -> None:
    """Of two threads that import such a package at the same time one may see half of it."""
    done = subprocess.run([sys.executable, "-c", SESSION], capture_output=True, text=True, check=True)
    imported = done.stdout.split()
    assert "tuivirt.resources.domain.events" in imported
    assert not [name for name in imported if name.startswith("tuivirt.resources.domain.actions")]
    assert not {"tuivirt.resources.register", "tuivirt.resources.domain.domains"} & set(imported)
