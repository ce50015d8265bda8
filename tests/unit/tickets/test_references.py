"""References and signed ids: ours are recognised however they are written, nobody else's are."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tickets.references import Signer, find_reference, reference

SIGNER = Signer(bytes(range(32)))
OTHER = Signer(bytes(range(1, 33)))

references = st.builds(reference, st.integers(2022, 2099), st.integers(1, 999_999_999))
nonces = st.text("abcdefghijklmnopqrstuvwxyz0123456789", min_size=1, max_size=40)
domains = st.sampled_from(["example.pe", "correo.example.org", "xn--d1acpjx3f.example"])


def swapped(text: str, choices: list[bool]) -> str:
    return "".join(one.upper() if up else one.lower() for one, up in zip(text, choices * len(text), strict=False))


@given(references)
def test_a_reference_is_found_in_any_case_and_any_text(ref: str) -> None:
    for text in (ref, ref.lower(), f"Re: [{ref.lower()}] mi consulta", f"  {ref.title()}."):
        assert find_reference(text) == ref


@pytest.mark.parametrize("text", ["", "SOM", "SOM-2026", "SOM-2026-12345", "SOM-26-000123", "SOM 2026 000123"])
def test_no_reference(text: str) -> None:
    assert find_reference(text) is None


def test_references_as_people_read_them() -> None:
    assert reference(2026, 123) == "SOM-2026-000123"
    assert reference(2026, 12_345_678) == "SOM-2026-12345678"


class TestMessageIds:
    @given(references, nonces, domains, st.lists(st.booleans(), min_size=1, max_size=7))
    def test_ours_are_recognised_in_any_case(self, ref: str, nonce: str, domain: str, ups: list[bool]) -> None:
        made = SIGNER.message_id(ref, nonce, domain)
        assert re.fullmatch(r"<[!-;=?A-~]+@[!-;=?A-~]+>", made)
        assert SIGNER.ticket_of(made) == ref
        assert SIGNER.ticket_of(f"  {swapped(made, ups)}\t") == ref

    @given(references, nonces, domains)
    def test_another_desks_are_strangers(self, ref: str, nonce: str, domain: str) -> None:
        assert SIGNER.ticket_of(OTHER.message_id(ref, nonce, domain)) is None

    @given(references, nonces, st.data())
    def test_one_changed_character_is_enough(self, ref: str, nonce: str, data: st.DataObject) -> None:
        made = SIGNER.message_id(ref, nonce, "example.pe")
        at = data.draw(st.integers(0, made.index("@") - 1))
        other = data.draw(st.sampled_from(sorted(set("0123456789abcdefghijklmnopqrstuvwxyz.<-") - {made[at]})))
        assert SIGNER.ticket_of(made[:at] + other + made[at + 1 :]) != ref
        assert SIGNER.ticket_of(made[:at] + other + made[at + 1 :]) is None

    @given(references, references, nonces)
    def test_a_signature_is_of_one_ticket(self, ref: str, another: str, nonce: str) -> None:
        made = SIGNER.message_id(ref, nonce, "example.pe")
        forged = made.replace(ref.lower(), another.lower())
        assert SIGNER.ticket_of(forged) == (ref if another == ref else None)

    @given(st.text(max_size=200))
    def test_anything_else_is_a_stranger(self, text: str) -> None:
        assert SIGNER.ticket_of(text) is None

    @given(references, nonces, nonces)
    def test_letters_of_one_ticket_have_ids_of_their_own(self, ref: str, one: str, two: str) -> None:
        ids = {SIGNER.message_id(ref, nonce, "example.pe") for nonce in (one, two)}
        assert len(ids) == len({one, two})


class TestTags:
    @given(references, st.text(max_size=60), st.lists(st.booleans(), min_size=1, max_size=7))
    def test_a_tag_is_recognised_in_a_subject(self, ref: str, words: str, ups: list[bool]) -> None:
        subject = f"RV: {words} {swapped(SIGNER.tag(ref), ups)} fin"
        assert SIGNER.ticket_of_subject(subject) == ref

    @given(references, references)
    def test_a_tag_is_of_one_ticket_and_one_desk(self, ref: str, another: str) -> None:
        tag = SIGNER.tag(ref)
        assert SIGNER.ticket_of_subject(tag.replace(ref, another)) == (ref if ref == another else None)
        assert SIGNER.ticket_of_subject(OTHER.tag(ref)) is None
        assert SIGNER.ticket_of_subject(f"[{ref}]") is None

    @pytest.mark.parametrize("letter", ["\u0130", "\u0131", "\u017f", "\u212a"])
    def test_letters_that_only_look_like_ours(self, letter: str) -> None:
        """These fold to i, s or k, and are no part of any id of ours."""
        assert SIGNER.ticket_of_subject(f"[SOM-2026-000001-{letter}AAAAAAA]") is None
        assert find_reference(f"{letter}OM-2026-000001") is None
        assert SIGNER.ticket_of(f"<som-2026-000001.{letter}1.{'0' * 20}@example.pe>") is None

    def test_digits_of_other_scripts_are_no_reference(self) -> None:
        assert find_reference("SOM-\u0662\u0660\u0662\u0666-\u0660\u0660\u0660\u0661\u0662\u0663") is None

    def test_a_true_tag_after_a_false_one_counts(self) -> None:
        true, false = SIGNER.tag("SOM-2026-000002"), OTHER.tag("SOM-2026-000001")
        assert SIGNER.ticket_of_subject(f"Re: {false} {true}") == "SOM-2026-000002"

    def test_a_token_is_good_for_one_purpose(self) -> None:
        """Each purpose has signatures of its own: one cannot be made into the other."""
        assert SIGNER.token("baja", "SOM-2026-000001") != SIGNER.token("encuesta", "SOM-2026-000001")


class TestHashes:
    def test_a_keyed_hash_stands_for_an_address_in_any_case(self) -> None:
        assert SIGNER.keyed_hash("Rosa@Example.org") == SIGNER.keyed_hash("rosa@example.org")
        assert SIGNER.keyed_hash("rosa@example.org") != OTHER.keyed_hash("rosa@example.org")
        assert SIGNER.keyed_hash("rosa@example.org") != SIGNER.keyed_hash("luz@example.org")

    def test_the_key_is_never_shown(self) -> None:
        assert "key" not in repr(SIGNER)
        assert repr(SIGNER.key) not in repr(SIGNER)
