//! Numbers as pictures: SVG with the same bytes for the same input.
//!
//! Nothing here knows the catalog or the disk: who draws brings labels and numbers, and gets text.

mod axis;
mod flow;
mod histogram;
mod intervals;
mod legend;
mod level_plot;
mod scatter;
pub mod strata;
mod svg_page;

pub use flow::{FlowDiagram, FlowStep, flow};
pub use histogram::{ChartBar, HistogramBin, MOST_BINS, bars, figure, histogram, steps};
pub use intervals::{IntervalRow, intervals};
pub use legend::MOST_GROUPS;
pub use level_plot::{LevelLine, LevelPlot, level_plot};
pub use scatter::{ScatterAxis, ScatterPlot, ScatterPoint};
pub use svg_page::{LabelAnchor, LabelStyle, PALETTE, SvgPage};
