//! Days, times, moments and intervals as text, the way DuckDB casts them.

use std::fmt::Write as _;

use arrow::datatypes::{IntervalMonthDayNano, TimeUnit};
use chrono::{DateTime, Days, NaiveDate, NaiveDateTime, Timelike};

/// A day, counted from 1970-01-01.
pub(super) fn date(days: i32, out: &mut String) {
    let epoch = NaiveDate::default();
    let shift = Days::new(u64::from(days.unsigned_abs()));
    let day = if days < 0 { epoch.checked_sub_days(shift) } else { epoch.checked_add_days(shift) };
    match (day, days) {
        (_, i32::MAX) => out.push_str("infinity"),
        (_, d) if d <= -i32::MAX => out.push_str("-infinity"),
        (Some(day), _) => put(out, format_args!("{}", day.format("%Y-%m-%d"))),
        (None, _) => put(out, format_args!("1970-01-01 {days:+} days")),
    }
}

/// Microseconds since midnight.
pub(super) fn time(micros: i64, out: &mut String) {
    let (seconds, rest) = (micros.div_euclid(1_000_000), micros.rem_euclid(1_000_000));
    let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    put(out, format_args!("{hour:02}:{minute:02}:{second:02}"));
    fraction(rest * 1000, out);
}

/// A moment; one with a zone is written in UTC with `+00`.
pub(super) fn moment(value: i64, unit: TimeUnit, zoned: bool, out: &mut String) {
    if value == i64::MAX {
        return out.push_str("infinity");
    }
    if value <= -i64::MAX {
        return out.push_str("-infinity");
    }
    let per_second = match unit {
        TimeUnit::Second => 1,
        TimeUnit::Millisecond => 1_000,
        TimeUnit::Microsecond => 1_000_000,
        TimeUnit::Nanosecond => 1_000_000_000,
    };
    let nanos = value.rem_euclid(per_second) * (1_000_000_000 / per_second);
    let seconds = value.div_euclid(per_second);
    match DateTime::from_timestamp(seconds, u32::try_from(nanos).unwrap_or(0)) {
        Some(moment) => clock(moment.naive_utc(), out),
        None => put(out, format_args!("1970-01-01 {seconds:+} seconds")),
    }
    if zoned {
        out.push_str("+00");
    }
}

fn clock(moment: NaiveDateTime, out: &mut String) {
    put(out, format_args!("{}", moment.format("%Y-%m-%d %H:%M:%S")));
    fraction(i64::from(moment.nanosecond()), out);
}

fn fraction(nanos: i64, out: &mut String) {
    if nanos > 0 {
        let digits = format!("{nanos:09}");
        put(out, format_args!(".{}", digits.trim_end_matches('0')));
    }
}

/// `1 year 2 months 3 days 04:05:06`.
pub(super) fn interval(value: IntervalMonthDayNano, out: &mut String) {
    let start = out.len();
    let part = |count: i32, name: &str, out: &mut String| {
        if count != 0 {
            let space = if out.len() > start { " " } else { "" };
            let plural = if count.abs() == 1 { "" } else { "s" };
            put(out, format_args!("{space}{count} {name}{plural}"));
        }
    };
    part(value.months / 12, "year", out);
    part(value.months % 12, "month", out);
    part(value.days, "day", out);
    let micros = value.nanoseconds / 1000;
    if micros != 0 || out.len() == start {
        if out.len() > start {
            out.push(' ');
        }
        if micros < 0 {
            out.push('-');
        }
        time(micros.saturating_abs(), out);
    }
}

fn put(out: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing to a String cannot fail.
    let _ = out.write_fmt(text);
}
