//! The list of models: read at the start, and again whenever it is written anew.

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::Arc;

use super::{Opening, OpeningJob, Root};
use crate::catalog::{ModelFolder, ModelTrouble, models};

/// What stands in the list no longer.
#[derive(Debug, Default)]
pub(in crate::engine) struct Dropped {
    pub models: Vec<Arc<ModelFolder>>,
    /// Files that nobody has any more.
    pub files: Vec<PathBuf>,
}

impl Opening {
    /// The list of models stands in this file.
    pub(in crate::engine) fn add_models_of(&mut self, path: PathBuf) {
        self.waiting.push_back(OpeningJob::Models(path));
    }

    pub(in crate::engine) fn has_model(&self, model: &Arc<ModelFolder>) -> bool {
        self.folders.contains(model)
    }

    /// Takes over what was read of the list. The files of a model that is called otherwise now, or has another pattern,
    /// stay what they are in the one that has come in its place.
    pub(in crate::engine) fn know_models(&mut self, read: Vec<ModelFolder>, troubles: &[ModelTrouble]) -> Dropped {
        self.models -= 1;
        let before = std::mem::take(&mut self.folders);
        let mut fresh = Vec::new();
        for model in models::followed(&before, read, troubles) {
            let known = before.iter().find(|known| ***known == model).cloned();
            let is_new = known.is_none();
            let model = known.unwrap_or_else(|| Arc::new(model));
            if self.has_model(&model) {
                continue;
            }
            if is_new {
                fresh.push(model.clone());
            }
            self.folders.push(model);
        }
        if self.folders == before {
            return Dropped::default();
        }
        (self.stale, self.at_once) = (true, true);
        let models: Vec<_> = before.into_iter().filter(|model| !self.has_model(model)).collect();
        let homeless = self.entries.iter_mut().filter_map(|entry| {
            let stays = entry.move_out(&models, &fresh);
            (!stays).then(|| entry.path.clone())
        });
        let files: HashSet<PathBuf> = homeless.collect();
        self.remove(|path| files.contains(path));
        let has = |models: &[Arc<ModelFolder>], name: &str| models.iter().any(|model| model.name.en == name);
        let folders = &self.folders;
        self.lost.retain(|lost| has(folders, &lost.model) || !has(&models, &lost.model));
        self.waiting.extend(fresh.into_iter().map(|model| OpeningJob::List(Root::Model(model))));
        Dropped { models, files: files.into_iter().collect() }
    }
}
