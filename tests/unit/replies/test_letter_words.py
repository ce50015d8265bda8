from datetime import UTC, date, datetime

from replies.words import date_words, promise_words, why_words

DUE_AT = datetime(2026, 11, 24, 22, 0, tzinfo=UTC)


def test_the_promise_is_said_in_three_languages():
    said = promise_words(DUE_AT).replace("\u00a0", " ")
    assert said == "a más tardar el martes 24 de noviembre de 2026 a las 5:00 p. m. (hora del Perú)"
    assert promise_words(DUE_AT, "en") == "by Tuesday, 24 November 2026 at 5:00 p.m. (Peru time) at the latest"
    assert promise_words(DUE_AT, "pt") == "até terça-feira, 24 de novembro de 2026, às 17h (hora do Peru)"
    assert promise_words(DUE_AT, "qu") == promise_words(DUE_AT, "es")


def test_the_ninth_month_is_peruvian():
    assert date_words(date(2026, 9, 1)) == "martes 1 de setiembre de 2026"


def test_why_is_said_only_when_there_is_a_why():
    assert why_words(after_hours=False) == ""
    late = why_words(after_hours=True)
    assert "después de las 5:00" in late
    sunday = (date(2026, 12, 6), "")
    holiday = (date(2026, 12, 8), "Inmaculada Concepción")
    skipped = why_words(after_hours=False, skipped=[holiday, sunday])
    assert "martes 8 de diciembre (Inmaculada Concepción); domingo 6 de diciembre (fin de semana)" in skipped
    assert "Sunday 6 December (weekend)" in why_words(after_hours=False, skipped=[sunday], language="en")
    assert "domingo, 6 de dezembro (fim de semana)" in why_words(after_hours=False, skipped=[sunday], language="pt")
