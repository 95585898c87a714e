"""Two advisers, or two windows of one, at the same draft: both keep what they wrote."""

from playwright.sync_api import expect

from tests.e2e.writing import (
    MOTIVATION,
    TARGET,
    begin,
    device_holds,
    device_is_empty,
    is_saved,
    is_sent,
    on_device,
    send,
    sent_once,
    write,
)


def test_two_advisers_who_change_different_answers_both_keep_theirs(site):
    one = begin(site, site.window())
    write(one, "van Ana")
    is_saved(one)
    other = site.signed_in(f"/intake/{one.url.rsplit('/')[-1]}", user="demo-adviser-2")
    expect(other.get_by_label(MOTIVATION)).to_have_value("van Ana")
    other.get_by_role("combobox", name=TARGET).fill("zorg")
    is_saved(other)
    device_is_empty(other)
    write(one, " en meer", origin=None)
    expect(one.get_by_role("combobox", name=TARGET)).to_have_value("zorg")
    device_is_empty(one)
    expect(one.get_by_label(MOTIVATION)).to_have_value("van Ana en meer")
    expect(one.get_by_role("dialog")).to_have_count(0)


def test_two_advisers_who_change_the_same_answer_see_both(site):
    one = begin(site, site.window())
    write(one, "samen")
    is_saved(one)
    other = site.signed_in(f"/intake/{one.url.rsplit('/')[-1]}", user="demo-adviser-2")
    expect(other.get_by_label(MOTIVATION)).to_have_value("samen")
    write(other, " van Bo", origin=None)
    device_is_empty(other)
    one.get_by_role("combobox", name=TARGET).fill("zorg")
    write(one, " van Ana", origin=None)
    dialog = one.get_by_role("dialog")
    expect(dialog).to_contain_text("samen van Bo")
    expect(dialog).to_contain_text("samen van Ana")
    assert site.faults(one) == []
    dialog.press("Escape")
    one.get_by_role("button", name="Kies wat blijft").click()
    dialog.get_by_role("button", name="Alles van", exact=False).nth(1).click()
    dialog.get_by_role("button", name="Bewaar deze keuze").click()
    expect(one.get_by_label(MOTIVATION)).to_have_value("samen van Bo")
    device_is_empty(one)
    answers = site.api("GET", f"/drafts/{one.url.rsplit('/')[-1]}")["answers"]
    assert (answers["motivation"], answers["targetSector"]) == ("samen van Bo", "zorg")


def test_two_tabs_send_one_intake(site):
    window = site.window()
    one = begin(site, window)
    write(one, "uit twee vensters")
    is_saved(one)
    two = site.page(f"/intake/{one.url.rsplit('/')[-1]}", window)
    expect(two.get_by_label(MOTIVATION)).to_have_value("uit twee vensters")
    window.set_offline(True)
    send(one)
    send(two)
    expect(one.locator(".outbox li")).to_have_count(2)
    window.set_offline(False)
    is_sent(one)
    is_sent(two)
    sent_once(site, one)


def test_two_tabs_do_not_write_over_each_other(site):
    window = site.window()
    one = begin(site, window)
    write(one, "begin")
    is_saved(one)
    two = site.page(f"/intake/{one.url.rsplit('/')[-1]}", window)
    expect(two.get_by_label(MOTIVATION)).to_have_value("begin")
    window.set_offline(True)
    write(one, " een", origin=None)
    two.get_by_role("combobox", name=TARGET).fill("zorg")
    device_holds(one, "begin een")
    assert len(on_device(one)) == 2
    one.close()
    expect(two.get_by_label(MOTIVATION)).to_have_value("begin een")
    window.set_offline(False)
    device_is_empty(two)
    answers = site.api("GET", f"/drafts/{two.url.rsplit('/')[-1]}")["answers"]
    assert (answers["motivation"], answers["targetSector"]) == ("begin een", "zorg")
