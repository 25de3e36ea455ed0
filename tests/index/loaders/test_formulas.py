from __future__ import annotations

import pytest
from lxml import etree, html

from index.loaders.formulas import read_mathml, read_office_formula

M = "http://schemas.openxmlformats.org/officeDocument/2006/math"


def run(text: str) -> str:
    return f"<r><t>{text}</t></r>"


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        (run("a") + run("+b"), "a+b"),
        (f"{run('3')}<f><num>{run('1')}</num><den>{run('2')}</den></f>", "3 1/2"),
        (f"<f><num>{run('a+b')}</num><den>{run('-2.5')}</den></f>", "(a+b)/-2.5"),
        (f"<sSup><e>{run('10')}</e><sup>{run('-6')}</sup></sSup>", "10^-6"),
        (f"<sSup><e>{run('x')}</e><sup>{run('n+1')}</sup></sSup>", "x^(n+1)"),
        (f"<sSub><e>{run('log')}</e><sub>{run('10')}</sub></sSub>{run(' 5')}", "log_10 5"),
        (f"<rad><deg/><e>{run('x+1')}</e></rad>", "√(x+1)"),
        (f"<rad><deg>{run('3')}</deg><e>{run('8')}</e></rad>", "8^(1/3)"),
        (f"<f><num>{run('(a)+(b)')}</num><den>{run('2')}</den></f>", "((a)+(b))/2"),
        (f"{run('2')}<d><e>{run('3+4')}</e></d>", "2(3+4)"),
        (f'<d><dPr><begChr val="|"/><endChr val="|"/></dPr><e>{run("x")}</e></d>', "|x|"),
        (
            f'<nary><naryPr><chr val="∑"/></naryPr><sub>{run("i=1")}</sub><sup>{run("n")}</sup>'
            f"<e>{run('i')}</e></nary>",
            "∑_(i=1)^ni",
        ),
        (f"<nary><naryPr/><sub/><sup/><e>{run('f')}</e></nary>", "∫f"),
        (f"<func><fName>{run('sin')}</fName><e>{run('x')}</e></func>", "sin x"),
        (f"<m><mr><e>{run('1')}</e></mr><mr><e>{run('2')}</e></mr></m>", "1 2"),
        (f"{run('5')}<del>{run('6')}</del>", "5"),
    ],
)
def test_office_formulas_stand_on_one_line(markup: str, text: str) -> None:
    qualified = markup.replace(' val="', ' m:val="').replace("<", "<m:").replace("<m:/", "</m:")
    formula = etree.fromstring(f'<m:oMath xmlns:m="{M}">{qualified}</m:oMath>')

    assert read_office_formula(formula) == text


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<mn>3</mn><mfrac><mn>1</mn><mn>2</mn></mfrac>", "3 1/2"),
        ("<mfrac><mrow><mi>a</mi><mo>+</mo><mi>b</mi></mrow><mn>2</mn></mfrac>", "(a+b)/2"),
        ("<msup><mn>10</mn><mrow><mo>−</mo><mn>6</mn></mrow></msup>", "10^−6"),
        ("<msub><mi>x</mi><mn>1</mn></msub>", "x_1"),
        ("<msubsup><mi>x</mi><mn>1</mn><mn>2</mn></msubsup>", "x_1^2"),
        ("<msqrt><mi>x</mi><mo>+</mo><mn>1</mn></msqrt>", "√(x+1)"),
        ("<mroot><mi>x</mi><mn>3</mn></mroot>", "x^(1/3)"),
        ('<mfrac linethickness="0"><mn>49</mn><mn>6</mn></mfrac>', "(49 over 6)"),
        ("<mfenced><mi>a</mi><mi>b</mi></mfenced>", "(a, b)"),
        ("<mn>2</mn><mo>\u2062</mo><mi>x</mi>", "2x"),
        ("<mtable><mtr><mtd><mn>1</mn></mtd><mtd><mn>2</mn></mtd></mtr></mtable>", "1 2"),
        ("<semantics><mi>x</mi><annotation>\\frac x</annotation></semantics>", "x"),
        ("<mrow>" * 200 + "<mi>x</mi>", "x"),
    ],
)
def test_mathml_stands_on_one_line(markup: str, text: str) -> None:
    assert read_mathml(html.fromstring(f"<math>{markup}</math>")) == text
