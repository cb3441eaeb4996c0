"""Mistakes in settings.toml that only the lists of themes, columns and keys show."""

from pathlib import Path

from tuivirt.checking import check
from tuivirt.config.settings import read_settings
from tuivirt.ui.theme import packaged_dir

WRONG = """\
theme = "drak"
[columns]
domains = ["name", "nme", "cpu"]
nosuch = ["name"]
[sort]
domains = "-cpuu"
[keys]
"domain.start" = "f5"
"domain.destroy" = "j"
"app.quit" = "nokey+x"
"""


def test_each_mistake_has_its_line_and_costs_that_field_alone(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text(WRONG)
    read, none = read_settings(file)
    assert none == ()
    settings, keys, problems = check(read, file, tmp_path / "themes")
    said = [str(problem).removeprefix(f"{file}:") for problem in problems]
    assert [text.partition(": expected")[0] for text in said] == [
        "1: theme",
        "3: columns.domains",
        "4: columns.nosuch",
        "6: sort.domains",
        '9: keys."domain.destroy"',
        '10: keys."app.quit"',
    ]
    assert "found 'nme'; did you mean name?" in said[1]
    assert "found 'cpuu'; did you mean cpu?" in said[3]
    assert settings.theme == "dark"
    assert settings.columns == {"domains": ("name", "cpu")}
    assert settings.sort == {}
    assert keys == {"domain.start": "f5"}


def test_a_theme_of_the_user_is_one(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text('theme = "mine"\n')
    (tmp_path / "themes").mkdir()
    colours = (packaged_dir() / "dark.toml").read_text().replace('"dark"', '"mine"', 1)
    (tmp_path / "themes" / "file.toml").write_text(colours)
    assert check(read_settings(file)[0], file, tmp_path / "themes").problems == ()
