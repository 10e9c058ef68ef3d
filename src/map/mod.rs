//! Where things are drawn: projections, views, regions, the basemap, and the sampler that carries a grid to pixels.

mod basemap;
mod domain;
mod graticule;
mod layers;
mod regions;
mod sampler;
mod trace;
mod view;

pub use basemap::Basemap;
pub use graticule::{Anchor, Circle, Graticule, label};
pub use regions::{Region, region, regions};
pub use sampler::{Lattice, Memory, Ready, Sampler};
pub use view::View;
