//! `millibar render`: frames as PNG files, the same that the window shows.

mod choice;
mod writer;

use std::sync::Arc;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;

use super::arguments::{Common, Render};
use super::opening::{self, Opened};
use super::output::Output;
use super::{Status, guarded};
use crate::catalog::Catalog;
use crate::engine::{self, Options, Rendered};
use crate::text;

use choice::Choice;
use writer::{Target, Writer, Written};

pub fn run(asked: &Render, common: &Common, output: &mut Output) -> Status {
    if asked.list_products || asked.list_regions {
        choice::list(asked, output);
        return Status::Done;
    }
    let start = Instant::now();
    let (opened, catalog) = open(asked, output);
    let status = opening::report(&opened, output);
    if status != Status::Done {
        return status;
    }
    for note in &catalog.notes {
        output.complain(&note.tell(output.language));
    }
    if catalog.is_empty() {
        output.complain_in_words("cli.nothing_to_draw", &[]);
        return Status::AllRefused;
    }
    match choice::choose(asked, &opened, &catalog, output.language) {
        Ok(choice) => draw_first(Job { asked, common, opened: &opened, catalog, choice, start }, output),
        Err(sentence) => {
            output.complain(&sentence);
            Status::WrongUsage
        }
    }
}

/// What is needed for the run that is asked for; all there is where that has not what is asked for.
fn open(asked: &Render, output: &Output) -> (Vec<Opened>, Arc<Catalog>) {
    // In `NAME@FILE` stands a file's number among all files.
    let by_number = asked.variable.as_ref().is_some_and(|name| name.contains('@'));
    let is_of = asked.run.as_deref().map(|run| move |reference| choice::is_of(reference, run));
    let opened = opening::open_run(&asked.files, is_of.as_ref().map(|is_of| is_of as &dyn Fn(_) -> bool));
    let catalog = Catalog::new(&opened);
    if !by_number && choice::choose(asked, &opened, &catalog, output.language).is_ok() {
        return (opened, Arc::new(catalog));
    }
    let opened = opening::open_all(&asked.files);
    let catalog = Catalog::new(&opened);
    (opened, Arc::new(catalog))
}

/// What was asked for, in the rooms' words.
struct Job<'a> {
    asked: &'a Render,
    common: &'a Common,
    opened: &'a [Opened],
    catalog: Arc<Catalog>,
    choice: Choice,
    start: Instant,
}

/// What `render --json` prints.
#[derive(Serialize)]
struct Report {
    /// Frames that were made.
    frames: usize,
    /// Files that were written.
    files: Vec<String>,
    seconds: Seconds,
}

/// `total` by the clock, from the opening of the files on; the others summed over all cores.
#[derive(Serialize)]
struct Seconds {
    total: f64,
    read: f64,
    render: f64,
    write: f64,
}

/// Draws what was chosen. What nobody named and has no values is passed over: first the region, then the variable;
/// where nothing has any, the first is drawn.
fn draw_first(mut job: Job, output: &mut Output) -> Status {
    let first = job.choice.clone();
    let mut others = std::mem::take(&mut job.choice.others).into_iter();
    let language = output.language;
    loop {
        let wider = choice::wider(&job.choice, job.asked);
        let mut other =
            || others.find_map(|subject| choice::instead(&first, subject, job.asked, &job.catalog, language).ok());
        if let Some(status) = draw(&job, true, output) {
            return status;
        }
        let Some(next) = wider.or_else(&mut other) else { break };
        job.choice = next;
    }
    job.choice = first;
    draw(&job, false, output).unwrap_or(Status::InPart)
}

/// `None` where nothing was drawn because no frame has a value, which is looked at with `passes_over`.
fn draw(job: &Job, passes_over: bool, output: &mut Output) -> Option<Status> {
    let target = match Target::new(job.asked, &job.choice) {
        Ok(target) => target,
        Err(failure) => {
            output.complain(&failure.tell(output.language));
            return Some(Status::InPart);
        }
    };
    let slots = &job.choice.slots;
    let writer = Arc::new(Writer::new(target, progress_bar(slots.len()), passes_over));
    let mut rendered = make_frames(job, slots, &writer);
    let blank = writer.release();
    if !blank.is_empty() {
        if blank.len() == slots.len() {
            writer.finish();
            return None;
        }
        rendered = make_frames(job, &blank, &writer);
    }
    let written = writer.finish();
    tell(job, &rendered, &written, output);
    let whole =
        rendered.as_ref().is_ok_and(Rendered::is_whole) && written.failures.is_empty() && written.frames == slots.len();
    Some(if whole && !opening::is_refused(job.opened) { Status::Done } else { Status::InPart })
}

fn make_frames(job: &Job, slots: &[usize], writer: &Arc<Writer>) -> Result<Rendered, String> {
    let options =
        Options { threads: job.common.threads.map(usize::from), memory: job.common.memory, ..Options::default() };
    let each = {
        let writer = writer.clone();
        move |slot, outcome: Result<&_, &Arc<_>>| writer.take(slot, outcome)
    };
    let request = &job.choice.request;
    guarded(|| engine::render_all(&job.catalog, request, Some(slots), options, each)).map(Option::unwrap_or_default)
}

fn progress_bar(frames: usize) -> ProgressBar {
    // Draws on standard error, and only where that is a terminal.
    let style = ProgressStyle::with_template("{bar:40} {pos}/{len}  {elapsed}");
    let bar = ProgressBar::new(frames as u64);
    style.map_or_else(|_| bar.clone(), |style| bar.clone().with_style(style))
}

fn tell(job: &Job, rendered: &Result<Rendered, String>, written: &Written, output: &mut Output) {
    let language = output.language;
    for failure in &written.failures {
        output.complain(&failure.tell(language));
    }
    match rendered {
        Ok(rendered) => rendered.notes.iter().for_each(|note| output.complain(&note.tell(language))),
        Err(message) => output.complain(&text::fill(language, "cli.internal_error", &[("message", message)])),
    }
    if job.asked.json {
        let (read, render) =
            rendered.as_ref().map_or((Duration::ZERO, Duration::ZERO), |rendered| (rendered.read, rendered.render));
        let [total, read, render, write] =
            [job.start.elapsed(), read, render, written.seconds].map(|duration| duration.as_secs_f64());
        output.json(&Report {
            frames: written.frames,
            files: written.files.iter().map(|file| file.display().to_string()).collect(),
            seconds: Seconds { total, read, render, write },
        });
    }
}
