//! The playhead and the loop.

use egui::accesskit::Role;
use egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable;
use millibar::text::Language;

use super::harness::with_forecast;

#[test]
fn the_keys_of_the_player_move_the_playhead() {
    let mut window = with_forecast("player-keys", Language::English);
    window.press(Key::Home);
    assert_eq!(window.step(), "+000 h");
    window.press(Key::ArrowRight);
    assert_eq!(window.step(), "+006 h");
    window.press(Key::End);
    assert_eq!(window.step(), "+012 h");
    window.press(Key::ArrowRight);
    assert_eq!(window.step(), "+000 h", "after the last comes the first");
    window.press(Key::ArrowLeft);
    assert_eq!(window.step(), "+012 h");
}

#[test]
fn the_loop_plays_what_is_ready() {
    let mut window = with_forecast("plays", Language::English);
    window.press(Key::Home);
    window.click(window.say("app_play.play"));
    assert!(window.has(window.say("app_play.pause")), "the button now pauses");
    window.until("the second step", |window| window.step() == "+006 h");
    window.until("the third step", |window| window.step() == "+012 h");
    window.until("the first again", |window| window.step() == "+000 h");
    window.press(Key::Space);
    assert!(window.has(window.say("app_play.play")), "Space pauses");
    let before = window.step();
    window.steps(60);
    assert_eq!(window.step(), before);
}

#[test]
fn a_step_is_left_out_by_a_click_with_ctrl_on_its_slot() {
    let mut window = with_forecast("skip", Language::English);
    let timeline = window.harness.get_by_role_and_label(Role::Slider, window.say("app_play.timeline"));
    timeline.click_modifiers(Modifiers::COMMAND);
    window.steps(3);
    window.press(Key::Home);
    window.press(Key::ArrowRight);
    assert_eq!(window.step(), "+012 h", "the middle step was left out");
}

#[test]
fn a_click_on_the_timeline_goes_there() {
    let mut window = with_forecast("scrub", Language::English);
    window.press(Key::Home);
    window.click("Timeline");
    assert_eq!(window.step(), "+006 h");
}
