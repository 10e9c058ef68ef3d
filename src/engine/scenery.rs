//! What all frames of a setting share, and the making of one frame from it.

use std::sync::Arc;

use ndarray::ArrayView2;

use super::cache::Kept;
use super::key::Setting;
use crate::catalog::SlotTime;
use crate::grid::{Grid, Window};
use crate::map::View;
use crate::render::Frame;

#[derive(Clone, Debug)]
pub(super) struct LayerSampler {
    pub window: Window,
}

impl LayerSampler {
    pub(super) fn new(grid: &Grid, _view: &View) -> Option<Self> {
        Some(Self { window: grid.whole() })
    }

    pub(super) fn bytes(&self) -> u64 {
        0
    }
}

#[derive(Default)]
pub(super) struct Brushes;

#[derive(Debug)]
pub(super) struct Scenery {
    size: [u32; 2],
}

impl Scenery {
    pub(super) fn new(setting: &Setting, _samplers: [Option<LayerSampler>; 2]) -> Self {
        Self { size: setting.picture.size }
    }

    pub(super) fn bytes(&self) -> u64 {
        0
    }

    pub(super) fn paint(
        &self,
        _time: SlotTime,
        kept: &[Option<Arc<Kept>>; 2],
        _brushes: &mut Brushes,
        mut pixels: Vec<u8>,
    ) -> Frame {
        pixels.clear();
        pixels.resize(self.size[0] as usize * self.size[1] as usize * 4, 0);
        let fields: Vec<ArrayView2<'_, f32>> = kept.iter().flatten().map(|kept| kept.values.view()).collect();
        let sum: f32 = fields.iter().flat_map(|field| field.iter()).sum();
        pixels[..4].copy_from_slice(&sum.to_le_bytes());
        Frame { size: self.size, pixels, ..Frame::default() }
    }
}
