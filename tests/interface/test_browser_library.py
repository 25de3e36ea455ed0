"""The library page in a real Chromium: adding, refusing, stopping, indexing again, removing."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.interface.test_browser import PHONE, ask, overflow

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page, Route

pytestmark = [pytest.mark.browser, pytest.mark.server, pytest.mark.enable_socket]

DROP = """(names) => {
    const data = new DataTransfer();
    for (const name of names) data.items.add(new File(['Dropped ' + name], name));
    const event = new DragEvent('drop', {dataTransfer: data, bubbles: true, cancelable: true});
    document.querySelector('.fn-drop').dispatchEvent(event);
}"""


@pytest.fixture
def library_page(page: Page) -> Page:
    page.get_by_role("tab", name="Library").click()
    page.locator(".fn-document").first.wait_for()
    return page


def choose(page: Page, *paths: Path) -> None:
    page.locator("#upload .fn-files").set_input_files(list(paths))


def write(folder: Path, name: str, content: bytes) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def settled(page: Page) -> None:
    page.locator(".fn-queue-stop").wait_for(state="hidden")


def row(page: Page, title: str) -> Locator:
    return page.locator(".fn-document", has_text=title)


def remove(page: Page, title: str) -> None:
    row(page, title).get_by_role("button", name="Remove").click()
    row(page, title).get_by_role("button", name="Remove from the library").click()
    row(page, title).wait_for(state="detached")


def test_files_are_added_refused_tried_again_and_removed(
    library_page: Page, tmp_path: Path
) -> None:
    page = library_page
    good = write(tmp_path, "Browser <b>note.txt", b"A note from the browser.")
    bad = write(tmp_path, "binary.txt", b"\xff\xfe\x00")
    choose(page, bad, good)
    page.locator(".fn-file.fn-refused", has_text="it is not text").wait_for()
    page.locator(".fn-file.fn-added", has_text="Browser <b>note.txt").wait_for()
    settled(page)
    expect(page.locator(".fn-queue-count")).to_contain_text("2 of 2 files")
    expect(page.locator(".fn-queue-said")).to_have_text("1 added, 0 unchanged, 1 refused")
    row(page, "Browser <b>note.txt").wait_for()
    page.locator(".fn-file.fn-refused .fn-retry").click()
    page.locator(".fn-file.fn-refused", has_text="it is not text").wait_for()
    settled(page)
    page.get_by_role("button", name="Clear the list").click()
    expect(page.locator(".fn-file")).to_have_count(0)
    choose(page, good)
    page.locator(".fn-file.fn-unchanged").wait_for()
    settled(page)
    target = row(page, "Browser <b>note.txt")
    target.get_by_role("button", name="Remove").click()
    target.get_by_role("button", name="Keep").click()
    remove(page, "Browser <b>note.txt")
    expect(page.locator(".fn-message")).to_contain_text("Removed")


def test_a_folder_keeps_the_places_of_its_files_and_leaves_out_hidden_ones(
    library_page: Page, tmp_path: Path
) -> None:
    page = library_page
    folder = tmp_path / "notes"
    write(folder, "one/same.txt", b"One.")
    write(folder, "two/same.txt", b"Two.")
    write(folder, ".hidden/secret.txt", b"Secret.")
    page.locator("#upload .fn-folder").set_input_files(folder)
    page.locator(".fn-file.fn-added").nth(1).wait_for()
    settled(page)
    assert sorted(page.locator(".fn-file-name").all_inner_texts()) == [
        "notes/one/same.txt",
        "notes/two/same.txt",
    ]
    for name in ("notes/one/same.txt", "notes/two/same.txt"):
        remove(page, name)


def test_documents_are_found_by_their_names(library_page: Page) -> None:
    rows, field = library_page.locator(".fn-document"), library_page.locator(".fn-find")
    everything = rows.count()
    field.fill("NOTICE")
    library_page.wait_for_function("() => document.querySelectorAll('.fn-document').length === 1")
    expect(rows).to_contain_text("Notice")
    expect(library_page.locator(".fn-documents-count")).to_have_text("1")
    field.fill("nowhere")
    library_page.get_by_text("No document is called like this.").wait_for()
    expect(rows).to_have_count(0)
    field.fill("")
    library_page.wait_for_function(
        f"() => document.querySelectorAll('.fn-document').length === {everything}"
    )


def test_a_collection_is_added_to_shown_and_asked(library_page: Page, tmp_path: Path) -> None:
    page = library_page
    page.get_by_label("Name of a collection").fill("notes")
    choose(page, write(tmp_path, "only.txt", b"The only note."))
    row(page, "only.txt").wait_for()
    expect(row(page, "only.txt")).to_contain_text("in notes")
    page.locator("#documents").get_by_label("Show").select_option("notes")
    row(page, "Notice").wait_for(state="detached")
    expect(page.locator(".fn-document")).to_have_count(1)
    page.get_by_role("tab", name="Ask").click()
    page.get_by_label("Ask in").select_option("notes")
    ask(page, "What is the weather?", reply=".fn-abstained")
    expect(page.locator(".fn-nearest-link")).to_have_text(["only.txtThe only note."])
    expect(page.get_by_label("Ask in")).to_have_value("notes")
    page.get_by_role("tab", name="Library").click()
    remove(page, "only.txt")


def test_files_go_where_it_was_said_when_they_were_chosen(
    library_page: Page, tmp_path: Path
) -> None:
    page = library_page
    into = page.get_by_label("Name of a collection")

    def name_another(route: Route) -> None:
        into.fill("late")
        route.abort()

    page.route("**/upload*", name_another, times=1)
    into.fill("early")
    choose(page, write(tmp_path, "first.txt", b"First."), write(tmp_path, "second.txt", b"Second."))
    page.locator(".fn-file.fn-added", has_text="second.txt").wait_for()
    settled(page)
    expect(into).to_have_value("late")
    page.locator(".fn-file.fn-refused .fn-retry").click()
    page.locator(".fn-file.fn-added", has_text="first.txt").wait_for()
    settled(page)
    for name in ("first.txt", "second.txt"):
        row(page, name).wait_for()
        expect(row(page, name)).to_contain_text("in early")
        remove(page, name)


def test_files_are_dropped(library_page: Page) -> None:
    page = library_page
    page.evaluate(DROP, ["dropped one.txt", "dropped two.txt"])
    page.locator(".fn-file.fn-added").nth(1).wait_for()
    settled(page)
    for name in ("dropped one.txt", "dropped two.txt"):
        remove(page, name)


def test_adding_shows_how_far_it_is_and_can_be_stopped(library_page: Page, tmp_path: Path) -> None:
    page = library_page
    slow = write(tmp_path, "slow.txt", b"Slow.")
    after = write(tmp_path, "after.txt", b"After.")
    choose(page, slow, after)
    page.locator(".fn-file", has_text="Passages: ").wait_for()
    page.get_by_role("button", name="Stop adding").click()
    page.locator(".fn-file.fn-stopped").nth(1).wait_for()
    settled(page)
    expect(row(page, "slow.txt")).to_have_count(0)
    expect(page.get_by_role("button", name="Try the 2 refused files again")).to_be_visible()


def test_a_file_that_is_too_large_is_refused_before_it_is_sent(
    library_page: Page, tmp_path: Path
) -> None:
    choose(library_page, write(tmp_path, "large.txt", b"x" * 1_200_000))
    reason = library_page.locator(".fn-file.fn-refused .fn-file-reason")
    expect(reason).to_contain_text("It has 1.2 MB and at most 1 MB are read")


def test_a_document_is_indexed_again_where_its_file_is_there(library_page: Page) -> None:
    page = library_page
    notice = row(page, "Notice to <i>customers</i>")
    expect(notice.locator(".fn-status")).to_contain_text("Indexed")
    expect(notice).to_contain_text("dated 2025-03-31")
    notice.get_by_role("button", name="again").click()
    page.locator(".fn-message", has_text="1 added, 0 unchanged, 0 refused").wait_for()
    gone = row(page, "A long document")
    expect(gone).to_contain_text("File is gone")
    expect(gone.get_by_role("button", name="again")).to_have_count(0)


def test_the_folders_are_looked_at_again(library_page: Page) -> None:
    library_page.get_by_role("button", name="Look again at the folders").click()
    message = library_page.locator(".fn-message", has_text="0 added")
    expect(message).to_have_text("0 added, 0 unchanged, 0 refused, 1 removed")


def test_the_library_is_used_by_keyboard(library_page: Page) -> None:
    page = library_page
    button = row(page, "Notice to <i>customers</i>").get_by_role("button", name="Remove")
    button.focus()
    page.keyboard.press("Enter")
    expect(page.locator("button:focus")).to_have_text("Keep")
    page.keyboard.press("Enter")
    expect(page.locator("button:focus")).to_have_text("Remove")
    with page.expect_file_chooser():
        page.locator(".fn-choose-files").press("Enter")


@pytest.mark.parametrize("visit", [PHONE], indirect=True)
def test_the_library_fits_a_phone(library_page: Page, tmp_path: Path) -> None:
    choose(library_page, write(tmp_path, f"{'long name ' * 12}.txt", b""))
    library_page.locator(".fn-file.fn-refused").wait_for()
    assert overflow(library_page) == 0
