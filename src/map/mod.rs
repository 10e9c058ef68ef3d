//! Where things are drawn: projections, views, regions, the basemap, and the sampler that carries a grid to pixels.

mod view;

pub use view::View;
