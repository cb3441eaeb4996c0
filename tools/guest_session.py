"""What a guest writes on its console in the screenshots: the end of a boot, a login, and a few commands."""

OK = "[\x1b[0;32m  OK  \x1b[0m] "
PROMPT = "\x1b[01;32mroot@db01\x1b[00m:\x1b[01;34m~\x1b[00m# "

BOOT = (
    ("Reached target", "basic.target", "Basic System"),
    ("Started", "cron.service", "Regular background program processing daemon"),
    ("Started", "qemu-guest-agent.service", "QEMU Guest Agent"),
    ("Started", "ssh.service", "OpenBSD Secure Shell server"),
    ("Started", "postgresql@15-main.service", "PostgreSQL Cluster 15-main"),
    ("Started", "serial-getty@ttyS0.service", "Serial Getty on ttyS0"),
    ("Reached target", "multi-user.target", "Multi-User System"),
)

DF = """\
Filesystem      Size  Used Avail Use% Mounted on
/dev/vda1        30G  4.1G   25G  15% /
/dev/vdb1       500G  212G  288G  43% /var/lib/postgresql
tmpfs           3.9G     0  3.9G   0% /dev/shm"""

STATUS = """\
\x1b[0;1;32m●\x1b[0m postgresql@15-main.service - PostgreSQL Cluster 15-main
     Loaded: loaded (/lib/systemd/system/postgresql@.service; enabled-runtime)
     Active: \x1b[0;1;32mactive (running)\x1b[0m since Thu 2025-10-09 05:02:11 UTC; 3h 51min ago
   Main PID: 702 (postgres)
      Tasks: 9 (limit: 9402)
     Memory: 1.2G
        CPU: 14min 3.118s"""


def session() -> bytes:
    """The bytes, as they come over a serial port."""
    lines = [
        *(f"{OK}{verb} \x1b[0;1;39m{unit}\x1b[0m - {title}." for verb, unit, title in BOOT),
        "",
        "Debian GNU/Linux 12 db01 ttyS0",
        "",
        "db01 login: root",
        "Password: ",
        "Last login: Wed Oct  8 17:20:41 UTC 2025 on ttyS0",
        f"{PROMPT}df -h",
        *DF.splitlines(),
        f"{PROMPT}systemctl status postgresql@15-main",
        *STATUS.splitlines(),
        PROMPT,
    ]
    return "\r\n".join(lines).encode()
