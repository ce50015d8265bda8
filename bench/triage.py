"""How fast the judge is and what it weighs: ready from the cache, letters in batches and alone, odd letters, memory."""

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from triage import Text, TriageSettings
from triage.classifier import Classifier, load
from triage.corpus import shipped

READY_SECONDS = 3.0
BATCH_MS = 2.0
ALONE_MS = 6.0
MEGABYTES = 300.0
ODD_SECONDS = 1.0
ODD = {
    "empty": "",
    "one word": "hola",
    "1 MB of words": "quiero trabajar en Chile con mi hermano " * 26_000,
    "1 MB of one word": "a" * 1_000_000,
    "1 MB of quotes": "> cita\n" * 140_000,
    "no letters": "?!… 12345 \u2764 \n" * 200,
    "Thai": "สวัสดี ฉันต้องการทำงาน " * 20,
    "NUL and surrogates": "hola \x00\ud800\u202e mundo",
}


def ready_seconds(cache: Path) -> float:
    """Return the seconds a new process needs from its start to its first verdict, with the model in the cache."""
    code = (
        "import sys; from pathlib import Path; from triage import Text, TriageSettings;"
        "from triage.classifier import load;"
        "load(TriageSettings(cache_dir=Path(sys.argv[1]))).judge([Text(body='quiero trabajar en Chile')])"
    )
    started = time.monotonic()
    subprocess.run([sys.executable, "-c", code, str(cache)], check=True)
    return time.monotonic() - started


def milliseconds(judge: Classifier, texts: list[Text], size: int) -> float:
    """Return CPU milliseconds a letter, judged so many at a time."""
    started = time.process_time()
    for at in range(0, len(texts), size):
        judge.judge(texts[at : at + size])
    return (time.process_time() - started) * 1000 / len(texts)


def main() -> None:
    """Print the figures; end with 1 when a limit is passed."""
    texts = [example.text for example in shipped()]
    with tempfile.TemporaryDirectory() as folder:
        cache = Path(folder)
        judge = load(TriageSettings(cache_dir=cache))
        fitted = sum(resource.getrusage(resource.RUSAGE_CHILDREN)[:2])
        figures = [
            ("ready from the cache", ready_seconds(cache), READY_SECONDS, "s"),
            ("in batches", min(milliseconds(judge, texts, 64) for _ in range(3)), BATCH_MS, "ms a letter"),
            ("alone", min(milliseconds(judge, texts[:300], 1) for _ in range(3)), ALONE_MS, "ms a letter"),
        ]
    for name, body in ODD.items():
        started = time.process_time()
        judge.judge([Text(subject=body[:2000], body=body)])
        figures.append((name, time.process_time() - started, ODD_SECONDS, "s"))
    figures.append(("memory", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, MEGABYTES, "MB"))
    print(f"triage, {len(texts)} letters; fitting took {fitted:.1f} s of CPU in a process of its own")
    for name, value, limit, unit in figures:
        print(f"  {name:22} {value:8.3f} {unit:12} (limit {limit:g}){'' if value <= limit else '  TOO MUCH'}")
    sys.exit(any(value > limit for _, value, limit, _ in figures))


if __name__ == "__main__":
    main()
