"""Questions that a form may not ask, or of which its designer is told (domain: what is never collected).

`judge(questions)` is the whole of it; the lists are data, in lists/. Knows no upload, no database and no page.
"""

from server.forms.dignity.judge import judge
from server.forms.dignity.verdicts import Answer, Judgement, Verdict, Words
from server.forms.dignity.wording import explain, sentence

__all__ = ["Answer", "Judgement", "Verdict", "Words", "explain", "judge", "sentence"]
