//! Files and folders are opened, and what is wrong with them is told.

use egui::Key;
use egui::accesskit::Role;
use egui_kittest::kittest::Queryable;
use millibar::app::Settings;
use millibar::text::{self, Language};

use super::harness::Window;
use super::support::{Classic, folder, forecast, write};

#[test]
fn what_can_be_drawn_is_shown_before_what_cannot_and_that_says_why() {
    let folder = folder("window-places");
    let axis = |standard_name| [("standard_name", standard_name), ("units", "m")];
    let nowhere = Classic::default()
        .dimension("y", 2)
        .dimension("x", 3)
        .variable("y", &["y"], &axis("projection_y_coordinate"), vec![0.0, 1e5])
        .variable("x", &["x"], &axis("projection_x_coordinate"), vec![0.0, 1e5, 2e5])
        .variable("r", &["y", "x"], &[("units", "%")], vec![50.0; 6]);
    let nowhere = write(&folder, "a_nowhere.nc", &nowhere.bytes());
    let forecast = write(&folder, "b_forecast.nc", &forecast(&[0.0, 6.0]).bytes());
    let mut window = Window::new("places-both", Language::English, &[nowhere.clone(), forecast]);
    window.until("the forecast", |window| window.slots() == 2);
    let mut window = Window::new("places-one", Language::English, &[nowhere]);
    window.until("the reason", |window| window.has_with("No grid positions in the file"));
}

#[test]
fn nothing_open_says_what_can_be_opened() {
    for language in Language::ALL {
        let window = Window::new(&format!("empty-{language:?}"), language, &[]);
        for key in
            ["app_empty.title", "app_empty.what", "app_empty.open", "app_menu.open_folder", "app_menu.open_sample"]
        {
            assert!(window.has(window.say(key)), "{key}");
        }
    }
}

#[test]
fn a_broken_file_is_told_and_leaves_the_rest() {
    let folder = folder("window-broken-data");
    let good = write(&folder, "good.nc", &forecast(&[0.0, 6.0]).bytes());
    let bad = write(&folder, "bad.nc", b"CDF\x01 this is no forecast");
    let empty = write(&folder, "empty.nc", b"");
    let mut window = Window::new("broken", Language::English, &[good, bad, empty]);
    window.until_label("500 hPa");
    window.until("both notices", |window| window.has_with("bad.nc") && window.has_with("empty.nc"));
    window.press(Key::End);
    assert_eq!(window.step(), "+006 h");
    while window.harness.query_all_by_label("Dismiss").next().is_some() {
        window.harness.query_all_by_label("Dismiss").next().expect("a notice").click();
        window.steps(3);
    }
    assert!(!window.has_with("empty.nc"), "read notices go");
    window.click("Menu");
    window.click(window.say("app_menu.files"));
    assert!(window.has("bad.nc") && window.has("good.nc"), "the list keeps the files");
    assert!(window.has_with("empty.nc: "), "and says what is wrong with them");
}

#[test]
fn only_broken_files_leave_the_empty_page_with_a_notice() {
    let bad = write(&folder("window-only-broken-data"), "bad.nc", b"not a forecast at all");
    let mut window = Window::new("only-broken", Language::English, &[bad]);
    window.until("the notice", |window| window.has_with("bad.nc"));
    assert!(window.has(window.say("app_empty.title")));
}

#[test]
fn a_missing_file_and_a_folder_without_forecasts_are_told() {
    let empty = folder("window-nothing-data");
    let missing = empty.with_file_name("window-missing.nc");
    let mut window = Window::new("nothing", Language::English, &[empty, missing]);
    window.until("missing", |window| window.has_with("window-missing.nc"));
    window.until("nothing in the folder", |window| window.has_with("No forecast found"));
}

#[test]
fn a_path_that_is_not_there_yet_opens_by_itself_when_it_comes() {
    let around = folder("window-not-yet-data");
    let (file, below) = (around.join("later/model.nc"), around.join("runs"));
    for (language, path, count) in [(Language::English, &file, 2), (Language::French, &below, 1)] {
        let mut window = Window::new(&format!("not-yet-{language:?}"), language, std::slice::from_ref(path));
        let absent = text::fill(language, "app_note.absent", &[("path", &path.display().to_string())]);
        window.until_label(&absent);
        if count == 2 {
            std::fs::create_dir_all(around.join("later")).expect("a folder");
            write(&around.join("later"), "model.nc", &forecast(&[0.0, 6.0]).bytes());
        } else {
            std::fs::create_dir_all(path).expect("a folder");
            window.steps(30);
            write(path, "gdps_2026112012_006.nc", &forecast(&[6.0]).bytes());
        }
        window.until("its steps", |window| window.slots() == count);
        assert!(!window.has(&absent), "it is there now");
    }
}

#[test]
fn forecasts_that_come_into_an_empty_folder_take_its_notice_away() {
    let empty = folder("window-filled-data");
    let mut window = Window::new("filled", Language::English, std::slice::from_ref(&empty));
    let nothing = "No forecast found";
    window.until("nothing in the folder", |window| window.has_with(nothing));
    write(&empty, "gdps_2026112012_006.nc", &forecast(&[6.0]).bytes());
    window.until("its step", |window| window.slots() == 1);
    assert!(!window.has_with(nothing));
}

#[test]
fn only_what_could_be_opened_is_recent() {
    let folder = folder("window-recent-data");
    let good = write(&folder, "good.nc", &forecast(&[0.0]).bytes());
    let bad = write(&folder, "bad.nc", b"no forecast");
    let files = [bad, good.clone(), folder.join("never.nc")];
    let mut window = Window::new("recent", Language::English, &files);
    window.until("the notices", |window| window.has_with("never.nc") && window.has_with("bad.nc"));
    window.until("the file", |window| window.slots() == 1);
    window.steps(3);
    let settings = window.settings.clone();
    drop(window);
    assert_eq!(Settings::read(&settings).0.recent, [good]);
}

#[test]
fn a_path_is_typed_where_there_is_no_dialog_and_its_letters_are_no_commands() {
    let file = write(&folder("window-path-data"), "model.nc", &forecast(&[0.0, 6.0]).bytes());
    let mut window = Window::new("path", Language::English, &[]);
    window.click(window.say("app_menu.open_path"));
    window.steps(3);
    let field = window.harness.get_by_role(Role::MultilineTextInput);
    field.type_text(&file.display().to_string());
    window.steps(3);
    assert!(!window.has(window.say("app_help.title")));
    window.click("Open");
    window.until_label("500 hPa");
}

#[test]
fn a_dropped_file_opens() {
    let file = write(&folder("window-drop-data"), "prévision à jour.nc", &forecast(&[0.0, 6.0]).bytes());
    let mut window = Window::new("drop", Language::English, &[]);
    window.drop_file(file);
    window.until_label("500 hPa");
}

#[test]
fn a_variable_without_values_is_passed_over_until_the_user_chooses_it() {
    let folder = folder("window-blank-data");
    let time = [("standard_name", "time"), ("units", "hours since 2026-11-20 12:00:00")];
    let on = ["time", "lat", "lon"];
    let file = Classic::default()
        .dimension("time", 1)
        .dimension("lat", 2)
        .dimension("lon", 3)
        .variable("time", &["time"], &time, vec![0.0])
        .variable("lat", &["lat"], &[("units", "degrees_north")], vec![50.0, 60.0])
        .variable("lon", &["lon"], &[("units", "degrees_east")], vec![-100.0, -90.0, -80.0])
        .variable("msl", &on, &[("units", "Pa")], vec![f64::NAN; 6])
        .variable("t2m", &on, &[("units", "K")], vec![280.0; 6]);
    let mut window = Window::new("blank", Language::English, &[write(&folder, "blank.nc", &file.bytes())]);
    let shows = |window: &Window, variable: &str| {
        let name = window.say("app_top.variable");
        let mut boxes = window.harness.query_all_by_role_and_label(Role::ComboBox, name);
        boxes.any(|node| node.value().as_deref() == Some(variable))
    };
    window.until("what has values", |window| shows(window, "2 m temperature"));
    window.press(Key::P);
    window.until("what the user chose", |window| shows(window, "Mean sea level pressure"));
    window.steps(60);
    assert!(shows(&window, "Mean sea level pressure"), "the user's choice stands");
}
