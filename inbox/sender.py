"""Is the sender who the From header says? Read from Authentication-Results of our own server alone (RFC 8601).

Anybody can write such a header; ours counts only by its exact identifier and only where it stands above the first
Received header, that is, where our own server put it last.
"""

import re
from dataclasses import dataclass

from letters.letter import Letter

LONGEST = 16 * 1024
_RESULTS = 100

_COMMENT = re.compile(r"\([^()]*\)")
_METHOD = re.compile(r"\s*(?P<method>[\w-]+)(?:/\d+)?\s*=\s*(?P<result>[\w-]+)(?P<rest>.*)", re.DOTALL)
_PROPERTY = re.compile(r"(?P<type>[\w-]+)\.(?P<name>[\w-]+)\s*=\s*(?P<value>\"[^\"]*\"|[^\s;]+)")
_SCRIPTS = re.compile(r"[\u0370-\u03ff\u0400-\u052f]")
_LATIN = re.compile(r"[A-Za-z]")
_AT = re.compile(r"[^\s<>\"']+@[^\s<>\"']+")


@dataclass(frozen=True, slots=True, kw_only=True)
class SenderVerdict:
    """Whether our server vouches for the From domain, why or why not, that domain, and what looks odd (in Spanish).

    ``failed``: our server says outright that the domain did not send this.
    """

    verified: bool
    why: str
    from_domain: str
    warnings: tuple[str, ...] = ()
    failed: bool = False


@dataclass(frozen=True, slots=True)
class Result:
    """One method's result: ``dmarc``, ``pass``, and its properties by "type.name"."""

    method: str
    result: str
    properties: tuple[tuple[str, str], ...]


def judge(letter: Letter, authserv_id: str) -> SenderVerdict:
    """Judge a letter's sender; ``authserv_id`` is the name that our own receiving server signs its results with.

    Verified means ``dmarc=pass`` for the domain of the From address. Without an own identifier nothing is believed.
    """
    domain = letter.from_address.rpartition("@")[2].lower().rstrip(".")
    warnings = _warnings(letter, domain)
    results, why = _own_results(letter, authserv_id)
    if results is None:
        return SenderVerdict(verified=False, why=why, from_domain=domain, warnings=warnings)
    dmarc = [result for result in results if result.method == "dmarc"]
    if not dmarc:
        return SenderVerdict(
            verified=False, why="nuestro servidor no evaluó DMARC", from_domain=domain, warnings=warnings
        )
    if dmarc[0].result != "pass":
        failed = dmarc[0].result in ("fail", "permerror")
        if failed:
            warnings = ("la autenticación del remitente falló (DMARC)", *warnings)
        why = f"DMARC: {dmarc[0].result}"
        return SenderVerdict(verified=False, why=why, from_domain=domain, warnings=warnings, failed=failed)
    checked = dict(dmarc[0].properties).get("header.from", "").rpartition("@")[2].lower().rstrip(".")
    if not domain or (checked and not _aligned(checked, domain)):
        return SenderVerdict(
            verified=False, why=f"DMARC evaluó {checked}, no {domain}", from_domain=domain, warnings=warnings
        )
    return SenderVerdict(verified=True, why="DMARC: pass", from_domain=domain, warnings=warnings)


def read_results(value: str) -> tuple[str, tuple[Result, ...]]:
    """Read one Authentication-Results value: the server's identifier (lower case) and its results.

    Microsoft 365 leaves the identifier out; "" then stands for it.
    """
    text = value[:LONGEST]
    for _ in range(5):
        text, found = _COMMENT.subn(" ", text)
        if not found:
            break
    head, *rest = text.split(";")
    words = head.split()
    identifier = words[0].lower().rstrip(".") if words and "=" not in words[0] else ""
    pieces = rest if identifier else [head, *rest]
    results: list[Result] = []
    for piece in pieces[:_RESULTS]:
        if match := _METHOD.match(piece):
            properties = tuple(
                (f"{found['type']}.{found['name']}".lower(), found["value"].strip('"'))
                for found in _PROPERTY.finditer(match["rest"])
            )
            results.append(Result(match["method"].lower(), match["result"].lower(), properties))
    return identifier, tuple(results)


def _own_results(letter: Letter, authserv_id: str) -> tuple[tuple[Result, ...] | None, str]:
    wanted = authserv_id.strip().lower().rstrip(".")
    if not wanted:
        return None, "esta mesa todavía no comprueba a los remitentes"
    for name, value in letter.headers:
        if name == "received":
            break
        if name == "authentication-results":
            identifier, results = read_results(value)
            if identifier == wanted:
                return results, ""
    return None, "nuestro servidor no dejó resultados de autenticación"


def _aligned(checked: str, domain: str) -> bool:
    return checked == domain


def _warnings(letter: Letter, domain: str) -> tuple[str, ...]:
    found: list[str] = []
    if not letter.from_address or "@" not in letter.from_address:
        found.append("remitente no identificable")
    if letter.from_name and (inside := _AT.search(letter.from_name)):
        shown = inside.group().lower().strip("()<>[]")
        if shown != letter.from_address.lower():
            found.append(f"el nombre muestra otra dirección: {shown[:120]}")
    others = [address for address in letter.reply_to if address.lower() != letter.from_address.lower()]
    if any(address.rpartition("@")[2].lower() != domain for address in others):
        found.append(f"pide responder a otro dominio: {others[0][:120]}")
    if "xn--" in domain or _SCRIPTS.search(domain):
        found.append("el dominio usa letras de otro alfabeto")
    elif _SCRIPTS.search(letter.from_name) and _LATIN.search(letter.from_name):
        found.append("el nombre mezcla alfabetos")
    if len(letter.all_headers("from")) > 1:
        found.append("tiene más de una cabecera From")
    return tuple(found)
