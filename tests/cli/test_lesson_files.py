"""`ivr lesson new`, `import` and `export`: what people type, what they read, and which files are there then."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import docx
import pytest
from click.testing import CliRunner, Result

from ivr.cli.lesson import lesson
from ivr.config import Settings
from ivr.errors import BadImport, BadLesson, NotKept, NotWritten
from ivr.studio.lesson_file import alone_in

LESSON = "---\n标题: 防骗\n---\n# 开头\n好。\n# 测验\n## 怎么办？\n- [ ] 转账\n- [x] 挂断\n# 结尾\n谢谢。\n"
NO_CLOSING = "there is no closing. Add `# 结尾` (# Closing), so that listeners know that it is over."
GIFT = "报警电话是多少？{=110 ~114}\n"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*words: str) -> Result:
    return CliRunner().invoke(lesson, words, obj=Settings())


def file(name: str, text: str = GIFT) -> str:
    Path(name).write_text(text, "utf-8")
    return name


def told(result: Result) -> list[str]:
    assert (result.exit_code, result.exception) == (0, None)
    return result.output.splitlines()


def files() -> list[str]:
    return sorted(str(path) for path in Path().rglob("*") if path.is_file())


@pytest.mark.parametrize(("language", "title"), [("zh", "防跌倒: 第一课"), ("en", "Falls: part one")])
def test_a_new_lesson_is_right_from_the_start(language: str, title: str) -> None:
    path = "audio_lessons/falls-1/falls-1.lesson.md"
    assert told(run("new", "falls-1", "--title", title, "--language", language))[0].startswith(f"wrote {path};")
    assert told(run("check", path)) == ["0 mistakes, 0 advice, in 1 file."]
    assert told(run("check", "--said", path))[0] == f"  0  {title}"


def test_new_goes_where_it_is_told_and_leaves_a_lesson_alone() -> None:
    told(run("new", "falls", "--in", "mine"))
    Path("mine/falls/falls.lesson.md").write_text("dear", "utf-8")
    again = run("new", "falls", "--in", "mine")
    assert isinstance(again.exception, NotWritten)
    assert str(again.exception) == "mine/falls/falls.lesson.md is there already, and was left as it is."
    assert Path("mine/falls/falls.lesson.md").read_text("utf-8") == "dear"


@pytest.mark.parametrize("slug", ["", "../up", "a/b", "a b", ".hidden", "x" * 65])
def test_a_name_that_can_not_be_one_writes_nothing(slug: str) -> None:
    result = run("new", slug)
    assert (result.exit_code, "like phone-fraud" in result.output, files()) == (2, True, [])


def test_import_tells_what_it_made_what_it_left_out_and_what_is_wrong() -> None:
    document = docx.Document()
    for text in ("防骗", "老人家好。", "怎么办？（ ）", "A. 转账", "B. 挂断", "C. 不管", "D. 等等", "答案：B"):
        document.add_paragraph(text)
    document.add_table(rows=2, cols=2).cell(0, 0).text = "月份"
    document.save("防骗.docx")
    assert told(run("import", "防骗.docx")) == [
        "wrote 防骗.lesson.md",
        "防骗.docx: left out: after '答案：B': a table, '月份 |'; write in sentences what it says",
        f"防骗.lesson.md: advice: line 9: {NO_CLOSING}",
        "防骗.lesson.md: line 11: 4 options. A question by phone has 2 or 3.",
        "1 mistake, 1 advice, in 1 file.",
    ]
    assert files() == ["防骗.docx", "防骗.lesson.md"]


def test_a_lesson_that_is_there_is_not_written_over_without_force() -> None:
    source, target = file("fraud.txt", LESSON), Path(file("fraud.lesson.md", "dear"))
    result = run("import", source)
    assert isinstance(result.exception, NotWritten)
    assert str(result.exception) == (
        "fraud.lesson.md is there already, and nothing was imported. --force writes it anew."
    )
    assert target.read_text("utf-8") == "dear"
    told(run("import", "--force", source))
    assert target.read_text("utf-8") == LESSON


def test_questions_alone_make_a_lesson_to_fill_in() -> None:
    lines = told(run("import", file("防骗.gift")))
    assert lines[0] == "wrote 防骗.lesson.md: 1 question, and empty segments for you to fill in"
    assert [each for each in lines[1:-1] if "advice" not in each] == [
        f"防骗.lesson.md: line {line}: the segment {name!r} has no text. Write some, or delete its heading."
        for line, name in ((5, "开头"), (7, "第一段"), (15, "结尾"))
    ]


def test_questions_for_a_lesson_that_is_there_can_be_added() -> None:
    file("fraud.lesson.md", LESSON)
    result = run("import", file("fraud.gift"))
    assert "`ivr lesson import fraud.gift --into fraud.lesson.md` adds its questions" in str(result.exception)
    assert told(run("import", "fraud.gift", "--into", "fraud.lesson.md")) == [
        "fraud.lesson.md: 1 question added, 0 there already",
        "0 mistakes, 0 advice, in 1 file.",
    ]
    added = LESSON.replace("# 结尾", "\n## 报警电话是多少？\n- [x] 110\n- [ ] 114\n\n# 结尾")
    assert Path("fraud.lesson.md").read_text("utf-8") == added
    assert told(run("import", "fraud.gift", "--into", "fraud.lesson.md"))[0] == (
        "fraud.lesson.md: 0 questions added, 1 there already"
    )
    assert Path("fraud.lesson.md").read_text("utf-8") == added


def test_the_same_question_is_added_once() -> None:
    file("fraud.lesson.md", LESSON)
    twice = (
        file("a.gift", "问 {=好. ~坏}\n\n问{=好 ~坏}\n\n问{=好. ~坏.}"),
        file("b.txt", "问\nA. 好\nB. 坏\nANSWER: A\n"),
    )
    assert told(run("import", *twice, "--into", "fraud.lesson.md"))[0] == (
        "fraud.lesson.md: 1 question added, 3 there already"
    )
    assert told(run("check", "fraud.lesson.md")) == ["0 mistakes, 0 advice, in 1 file."]


@pytest.mark.parametrize("text", ["", "\0", "---\n标题: 防骗\n# 开头\n好。\n"])
def test_a_lesson_that_can_not_be_understood_is_left_as_it_is(text: str) -> None:
    result = run("import", file("a.gift"), "--into", file("bad.lesson.md", text))
    assert isinstance(result.exception, BadLesson)
    assert str(result.exception).startswith("Nothing was added to bad.lesson.md; mend it first:\n  line 1: ")
    assert Path("bad.lesson.md").read_text("utf-8") == text


def test_only_questions_are_added_to_a_lesson() -> None:
    file("fraud.lesson.md", LESSON)
    result = run("import", file("more.txt", "多讲一点。\n"), file("fraud.gift"), "--into", "fraud.lesson.md")
    assert isinstance(result.exception, BadImport)
    assert "more.txt: holds more than questions" in str(result.exception)
    assert Path("fraud.lesson.md").read_text("utf-8") == LESSON


@pytest.mark.parametrize(
    ("names", "why"),
    [
        (["good.gift", "bad.docx"], "bad.docx: this is not a Word document"),
        (["good.gift", "good.txt"], "good.txt and good.gift would both become good.lesson.md"),
        (["good.gift", "x.lesson.md"], "x.lesson.md: this is a lesson file already"),
        (["good.gift", "sheet.xlsx"], "sheet.xlsx: .xlsx file can't be imported"),
    ],
)
def test_one_file_that_can_not_be_imported_stops_all(names: list[str], why: str) -> None:
    result = run("import", *(file(name) for name in names))
    assert isinstance(result.exception, BadImport)
    assert why in str(result.exception)
    assert files() == sorted(names)


def test_a_file_that_can_not_be_written_is_told() -> None:
    file("blocked", "a file, not a folder")
    result = run("export", file("a.lesson.md", LESSON), "--gift", "--to", "blocked/out.gift")
    assert isinstance(result.exception, NotKept)
    assert "blocked/out.gift could not be written" in str(result.exception)


def test_export_prints_or_writes_gift() -> None:
    file("fraud.lesson.md", LESSON)
    assert run("export", "--gift", "fraud.lesson.md").output == "::fraud 1::怎么办？ {\n\t~转账\n\t=挂断\n}\n"
    assert told(run("export", "--gift", "fraud.lesson.md", "--to", "q.gift")) == ["wrote q.gift: 1 question"]
    assert isinstance(run("export", "--gift", "fraud.lesson.md", "--to", "q.gift").exception, NotWritten)
    told(run("export", "--gift", "fraud.lesson.md", "--to", "q.gift", "--force"))
    assert told(run("import", "q.gift", "--into", "fraud.lesson.md"))[0].endswith("0 questions added, 1 there already")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "utf-16"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_lesson_keeps_its_encoding_and_its_line_ends(encoding: str, end: str) -> None:
    path = Path("fraud.lesson.md")
    before = LESSON.replace("\n", end)
    path.write_bytes(before.encode(encoding))
    assert told(run("import", file("q.gift"), "--into", "fraud.lesson.md"))[0].endswith(
        "1 question added, 0 there already"
    )
    after = path.read_bytes()
    closing = f"# 结尾{end}谢谢。{end}"
    assert after.startswith(before.removesuffix(closing).encode(encoding))
    text = after.decode(encoding)
    assert "报警电话" in text and text.endswith(closing)
    assert text.replace(end, "").count("\n") == text.replace(end, "").count("\r") == 0


def test_questions_are_added_by_one_at_a_time() -> None:
    path = Path(file("fraud.lesson.md", LESSON))
    file("q.gift")
    with ThreadPoolExecutor() as pool, alone_in(path.parent):
        adding = pool.submit(run, "import", "q.gift", "--into", "fraud.lesson.md")
        with pytest.raises(TimeoutError):
            adding.result(timeout=1)
        path.write_text(LESSON.replace("好。", "您好。"), "utf-8")  # as a recording's mark is put there meanwhile
    assert told(adding.result())[0].endswith("1 question added, 0 there already")
    assert "您好。" in path.read_text("utf-8")


def test_a_lesson_with_mistakes_is_not_exported() -> None:
    result = run("export", "--gift", file("a.lesson.md", LESSON.replace("[x]", "[ ]")))
    assert isinstance(result.exception, BadLesson)
    assert str(result.exception).startswith("Nothing was exported:\n")


def test_export_asks_for_a_format() -> None:
    result = run("export", file("a.lesson.md", LESSON))
    assert (result.exit_code, "--gift" in result.output) == (2, True)
