//! Where things are drawn: projections, views, regions, the basemap, and the sampler that carries a grid to pixels.

mod domain;
mod regions;
mod view;

pub use regions::{Region, region, regions};
pub use view::View;
