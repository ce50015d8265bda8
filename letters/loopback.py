"""Whether a host is this machine: what may then go unencrypted, or without a login."""

from ipaddress import ip_address


def is_loopback(host: str) -> bool:
    """Tell whether a host name, or an address with or without brackets, never leaves this machine (RFC 6761, 6.3)."""
    if host.lower().rstrip(".") == "localhost":
        return True
    try:
        return ip_address(host.removeprefix("[").removesuffix("]")).is_loopback
    except ValueError:
        return False
