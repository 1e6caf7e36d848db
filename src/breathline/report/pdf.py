from enum import StrEnum
class Paper(StrEnum):
    A4 = "a4"
    LETTER = "letter"
def render_pdf(content, paper):
    return b"x"
