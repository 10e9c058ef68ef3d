//! The program itself in a real window on a virtual screen: started, watched, typed at, photographed.
//!
//! Needs Xvfb, xdotool and ImageMagick's import; without them it says so and passes.

#[allow(dead_code, reason = "each test binary uses a part of it")]
mod support;

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use image::RgbaImage;

use support::folder;

const PATIENCE: Duration = Duration::from_secs(90);

/// Ends with the test, however that ends.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A virtual screen, or the reason why there is none.
fn screen() -> Result<(Running, String), String> {
    for tool in ["Xvfb", "xdotool", "import"] {
        let there =
            std::env::var_os("PATH").is_some_and(|paths| std::env::split_paths(&paths).any(|p| p.join(tool).is_file()));
        if !there {
            return Err(format!("{tool} is not installed"));
        }
    }
    let mut child = Command::new("Xvfb")
        .args(["-displayfd", "1", "-screen", "0", "1600x1000x24", "+extension", "GLX", "-noreset"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| format!("Xvfb does not start: {error}"))?;
    let mut number = String::new();
    let output = child.stdout.take().expect("piped");
    let running = Running(child);
    BufReader::new(output).read_line(&mut number).map_err(|error| error.to_string())?;
    if number.trim().is_empty() {
        return Err("Xvfb gives no display".to_owned());
    }
    Ok((running, format!(":{}", number.trim())))
}

struct Window {
    program: Running,
    display: String,
    id: String,
    home: PathBuf,
    _screen: Running,
}

impl Window {
    fn open(home: &Path, (screen, display): (Running, String)) -> Self {
        let program = Command::new(env!("CARGO_BIN_EXE_millibar"))
            .env("DISPLAY", &display)
            .env_remove("WAYLAND_DISPLAY")
            .env("HOME", home)
            .env("XDG_CONFIG_HOME", home.join("config"))
            .env("XDG_CACHE_HOME", home.join("cache"))
            .env("LC_ALL", "C.UTF-8")
            .stderr(Stdio::null())
            .spawn()
            .expect("the program starts");
        let (pid, mut id) = (program.id().to_string(), String::new());
        let program = Running(program);
        wait_for("the window", || {
            let found = Command::new("xdotool")
                .args(["search", "--onlyvisible", "--pid", &pid, "--name", "millibar$"])
                .env("DISPLAY", &display)
                .output()
                .expect("xdotool runs");
            id = String::from_utf8_lossy(&found.stdout).lines().next().unwrap_or_default().to_owned();
            !id.is_empty()
        });
        let window = Self { program, display, id, home: home.to_owned(), _screen: screen };
        window.tell(&["windowsize", &window.id, "1400", "900"]);
        window.tell(&["windowfocus", &window.id]);
        window
    }

    fn tell(&self, words: &[&str]) {
        let done = Command::new("xdotool").args(words).env("DISPLAY", &self.display).status();
        assert!(done.expect("xdotool runs").success(), "{words:?}");
    }

    fn photograph(&self) -> RgbaImage {
        let path = self.home.join("photograph.png");
        let done = Command::new("import").args(["-window", &self.id]).arg(&path).env("DISPLAY", &self.display).status();
        assert!(done.expect("import runs").success());
        image::open(&path).expect("a photograph").to_rgba8()
    }

    fn until(&self, what: &str, holds: impl Fn(&RgbaImage) -> bool) -> RgbaImage {
        let mut picture = self.photograph();
        wait_for(what, || {
            picture = self.photograph();
            holds(&picture)
        });
        picture
    }
}

fn wait_for(what: &str, mut holds: impl FnMut() -> bool) {
    let began = Instant::now();
    while !holds() {
        assert!(began.elapsed() < PATIENCE, "in vain: {what}");
        std::thread::sleep(Duration::from_millis(120));
    }
}

/// The part of the picture where the map is: right of the selectors, below the title, above the legend.
fn map(picture: &RgbaImage) -> impl Iterator<Item = [u8; 3]> + '_ {
    part(picture, [260, 140, picture.width() - 20, picture.height() - 160])
}

fn part(picture: &RgbaImage, [left, top, right, bottom]: [u32; 4]) -> impl Iterator<Item = [u8; 3]> + '_ {
    let rows = top.min(picture.height())..bottom.min(picture.height());
    rows.flat_map(move |y| (left..right.min(picture.width())).map(move |x| picture.get_pixel(x, y).0))
        .map(|[red, green, blue, _]| [red, green, blue])
}

/// The share of pixels that a colour test holds for.
fn share(pixels: impl Iterator<Item = [u8; 3]>, holds: impl Fn([u8; 3]) -> bool) -> f64 {
    let (mut all, mut held) = (0_u32, 0_u32);
    for pixel in pixels {
        all += 1;
        held += u32::from(holds(pixel));
    }
    f64::from(held) / f64::from(all.max(1))
}

fn is_cyan([red, green, blue]: [u8; 3]) -> bool {
    red < 110 && green > 200 && blue > 200
}

fn is_green([red, green, blue]: [u8; 3]) -> bool {
    green > 110 && i32::from(green) - i32::from(red) > 50 && i32::from(green) - i32::from(blue) > 50
}

fn is_dark([red, green, blue]: [u8; 3]) -> bool {
    red < 70 && green < 70 && blue < 70
}

fn shows_humidity(picture: &RgbaImage) -> bool {
    share(map(picture), is_cyan) > 0.01 && share(map(picture), is_green) > 0.01
}

fn difference(a: &RgbaImage, b: &RgbaImage) -> f64 {
    let (mut all, mut unlike) = (0_u32, 0_u32);
    for (a, b) in map(a).zip(map(b)) {
        all += 1;
        unlike += u32::from(a.iter().zip(b).any(|(a, b)| a.abs_diff(b) > 40));
    }
    f64::from(unlike) / f64::from(all.max(1))
}

#[test]
fn the_sample_opens_plays_and_changes_its_level() {
    let screen = match screen() {
        Ok(screen) => screen,
        Err(reason) => {
            println!("not run, no window can be shown here: {reason}");
            return;
        }
    };
    let mut window = Window::open(&folder("real-window"), screen);

    let first = window.until("humidity on the map", shows_humidity);
    assert!(share(map(&first), is_dark) > 0.005, "isolines are drawn");
    let light = |pixel: [u8; 3]| pixel.iter().all(|c| *c > 190);
    assert!(share(map(&first), light) > 0.05, "land and sea show where it is dry");
    let title = [260, 46, first.width() - 20, 92];
    assert!(share(part(&first, title), is_dark) > 0.01, "the title is written");

    window.until("another step: it plays", |picture| shows_humidity(picture) && difference(&first, picture) > 0.03);
    window.tell(&["key", "space"]);
    window.tell(&["key", "Home"]);
    // Information fades after six seconds, and would make the first level differ from itself.
    std::thread::sleep(Duration::from_millis(8500));
    let still = window.photograph();
    std::thread::sleep(Duration::from_millis(700));
    assert!(difference(&still, &window.photograph()) < 0.001, "it pauses");

    window.tell(&["key", "Down"]);
    let lower = window.until("another level", |picture| shows_humidity(picture) && difference(&still, picture) > 0.05);
    window.tell(&["key", "Up"]);
    window.until("the first level again", |picture| difference(&still, picture) < 0.001);
    assert!(difference(&still, &lower) > 0.05);

    window.tell(&["key", "ctrl+q"]);
    let mut status = None;
    wait_for("the end", || {
        status = window.program.0.try_wait().expect("a child");
        status.is_some()
    });
    assert!(status.is_some_and(|status| status.success()), "{status:?}");
    assert!(window.home.join("config/millibar/settings.toml").is_file(), "the last choices are kept");
}

#[test]
fn without_a_display_one_sentence_says_so() {
    let home = folder("no-display");
    for display in [None, Some(":4094")] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_millibar"));
        command.env_remove("DISPLAY").env_remove("WAYLAND_DISPLAY").env_remove("WAYLAND_SOCKET").env("HOME", &home);
        command.env("XDG_CONFIG_HOME", home.join("config")).env("LC_ALL", "C.UTF-8");
        if let Some(display) = display {
            command.env("DISPLAY", display);
        }
        let output = command.output().expect("the program runs");
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(4), "{said}");
        assert_eq!(said.lines().count(), 1, "{said}");
        assert!(!said.contains("panicked"), "{said}");
        assert!(said.contains("millibar render"), "{said}");
        assert_eq!(said.contains("libxkbcommon-x11-0"), display.is_some(), "{said}");
    }
}
