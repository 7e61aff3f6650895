//! The two axes of a plot: their marks, and where numbers are between them.

use chrono::{Days, NaiveDate};

use super::histogram::{figure, nice};
use super::svg_page::{LabelAnchor, LabelStyle, SvgPage};

/// Stretches between the marks of an axis, about.
const STRETCHES: f64 = 5.0;

/// The numbers that an axis spans, and where its marks are.
pub(super) struct AxisScale {
    from: f64,
    to: f64,
    /// The numbers at the marks, ascending; the first and last are its ends.
    pub(super) marks: Vec<f64>,
    is_date: bool,
}

impl AxisScale {
    /// An axis over finite numbers, days since 1970-01-01 where `is_date`.
    pub(super) fn new(is_date: bool, numbers: impl Iterator<Item = f64> + Clone) -> Self {
        let lowest = numbers.clone().fold(f64::INFINITY, f64::min);
        let highest = numbers.fold(f64::NEG_INFINITY, f64::max);
        // The difference of numbers near the largest is not finite, that of their parts is.
        let stretch = highest / STRETCHES - lowest / STRETCHES;
        let step =
            if stretch > 0.0 { nice(stretch) } else { nice((highest.abs() / 10.0).max(1.0)) };
        // Days are whole.
        let step = if is_date { step.max(1.0).round() } else { step };
        let from = ((lowest / step).floor() * step).max(f64::MIN);
        let mut marks = vec![from];
        // Adding up steps would add up their errors.
        for number in 1..=20_u8 {
            let mark = (from + f64::from(number) * step).min(f64::MAX);
            marks.push(mark);
            if mark >= highest && mark > from {
                break;
            }
        }
        let to = marks.last().copied().unwrap_or(from + step);
        Self { from, to, marks, is_date }
    }

    /// How far along the axis a number is, from 0 to 1.
    pub(super) fn share(&self, number: f64) -> f64 {
        // Numbers of opposite signs near the largest have no finite difference.
        let spread = self.to / 2.0 - self.from / 2.0;
        let share = (number / 2.0 - self.from / 2.0) / spread;
        if share.is_finite() { share.clamp(0.0, 1.0) } else { 0.5 }
    }

    /// A number as a label: a day of the calendar where the axis has days.
    pub(super) fn text(&self, number: f64) -> String {
        if !self.is_date {
            // A step of 0.1 three times is not 0.3.
            let spread = (self.to - self.from).abs();
            let is_zero = number.abs() < spread * 1e-9;
            return figure(if is_zero { 0.0 } else { number });
        }
        // Days of the calendar are far below 2^53; what is beyond it is shown as a number.
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let days = Days::new(number.abs() as u64);
        let epoch = NaiveDate::default();
        let date =
            if number < 0.0 { epoch.checked_sub_days(days) } else { epoch.checked_add_days(days) };
        date.map_or_else(|| figure(number), |date| date.to_string())
    }
}

/// The rectangle between two axes, in pixels.
pub(super) struct PlotArea {
    pub(super) left: f64,
    pub(super) right: f64,
    pub(super) top: f64,
    pub(super) bottom: f64,
}

impl PlotArea {
    /// Where a number of the horizontal axis is.
    pub(super) fn across(&self, axis: &AxisScale, number: f64) -> f64 {
        self.left + axis.share(number) * (self.right - self.left)
    }

    /// Where a number of the vertical axis is.
    pub(super) fn down(&self, axis: &AxisScale, number: f64) -> f64 {
        self.bottom - axis.share(number) * (self.bottom - self.top)
    }
}

/// Draws two axes with their marks.
pub(super) fn axes(mut sheet: SvgPage, area: &PlotArea, x: &AxisScale, y: &AxisScale) -> SvgPage {
    let PlotArea { left, right, top, bottom } = *area;
    for mark in &y.marks {
        let (place, text) = (area.down(y, *mark), y.text(*mark));
        sheet = sheet.line((left - 4.0, place), (left, place)).label(
            left - 8.0,
            place + 4.0,
            LabelAnchor::End,
            LabelStyle::Faint,
            &text,
        );
    }
    for mark in &x.marks {
        let (place, text) = (area.across(x, *mark), x.text(*mark));
        sheet = sheet.line((place, bottom), (place, bottom + 4.0)).label(
            place,
            bottom + 20.0,
            LabelAnchor::Middle,
            LabelStyle::Faint,
            &text,
        );
    }
    sheet.line((left, top), (left, bottom)).line((left, bottom), (right, bottom))
}
