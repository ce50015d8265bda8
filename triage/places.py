"""The foreign countries that matter in a letter."""

from collections.abc import Mapping

from triage.reading import Reading

PERU = "PE"
ADVERTISING = frozenset({"cue:sale", "cue:swindle-mail", "cue:office-mail", "cue:course"})
HOME_OF: Mapping[str, str] = {"ja": "JP", "zh": "CN", "ko": "KR", "ht": "HT", "de": "DE", "it": "IT", "pt": "BR"}
"""What a language tells of the writer's country when the letter names none."""

WITHOUT_SPACES: Mapping[str, str] = {
    name: code
    for code, names in (
        ("CN", "中国 中國 广东 福建 上海 北京 중국"), ("JP", "日本 일본"), ("KR", "韓国 韩国 한국"),
        ("CL", "智利 チリ"), ("ES", "西班牙 スペイン"), ("US", "美国 アメリカ"), ("BR", "巴西 ブラジル"),
    )
    for name in names.split()
}  # fmt: skip
"""Names in scripts that write without spaces, where words cannot be told apart."""


def countries_of(reading: Reading, kind: str) -> tuple[str, ...]:
    """Return ISO 3166-1 alpha-2 codes, sorted, never PE; none for mail that advertises."""
    names = {name for _, _, name in reading.found}
    if kind == "ajeno" and names & ADVERTISING:
        return ()
    codes = {code for _, code in reading.roles}
    codes |= {name[5:] for name in names if name.startswith("mark:")}
    if reading.language in ("ja", "zh", "ko"):
        codes |= {code for name, code in WITHOUT_SPACES.items() if name in reading.text}
    codes.discard(PERU)
    if not codes and reading.language in HOME_OF:
        codes.add(HOME_OF[reading.language])
    return tuple(sorted(codes))
