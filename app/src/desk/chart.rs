//! A chart of one number by the day, drawn on the server as SVG: across in percent of whatever width
//! there is, down in pixels, so that its text keeps the size of the page's on a phone too. Beside it
//! belongs a table, for who cannot see it.

use contract::money::grouped;
use leptos::prelude::*;
use time::Date;

/// Room above the highest line, for half of its number.
const HEAD: i64 = 8;

/// Room below, for the days.
const FOOT: i64 = 20;

/// Between two lines there are at least so many pixels.
const APART: i64 = 28;

/// A day is named every so many days, back from the last one.
const NAMED: usize = 7;

/// One bar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Bar {
    /// The day.
    pub(crate) day: Date,
    /// The number; below zero there is nothing to draw.
    pub(crate) value: i64,
    /// What is told of it under the pointer.
    pub(crate) told: String,
}

/// The chart.
#[component]
pub(crate) fn Chart(
    /// Tells it from the others of the page.
    id: &'static str,
    /// What it shows.
    #[prop(into)]
    title: String,
    /// The same in a sentence, with what stands out.
    #[prop(into)]
    description: String,
    /// The days, the oldest first.
    bars: Vec<Bar>,
    /// The height of what is drawn, in pixels.
    height: i64,
) -> impl IntoView {
    let scale = Scale::of(bars.iter().map(|bar| bar.value).max().unwrap_or(0), height);
    let marks: Vec<(i64, String)> = scale.lines().map(|value| (scale.y(value), grouped(value))).collect();
    // A digit is seven pixels wide, or less.
    let aside = 7 * marks.iter().map(|(_, mark)| mark.len()).max().unwrap_or(0) + 8;
    let lines = marks.iter().map(|(y, _)| view! { <line x1="0" x2="100%" y1=*y y2=*y /> }).collect_view();
    let marks = marks.into_iter().map(|(y, mark)| view! { <text x=aside - 8 y=y + 4 text-anchor="end">{mark}</text> });
    let count = bars.len();
    let named = bars.iter().enumerate().filter(|(number, _)| (count - 1 - number).is_multiple_of(NAMED));
    let named = named.map(|(number, bar)| {
        // The middle of the last one would let it stick out to the side.
        let (x, anchor) = if number + 1 == count { (100.0, "end") } else { (middle(number, count), "middle") };
        let day = format!("{}/{}", u8::from(bar.day.month()), bar.day.day());
        view! { <text x=percent(x) y=HEAD + height + FOOT - 5 text-anchor=anchor>{day}</text> }
    });
    let named = named.collect_view();
    let bars = bars.into_iter().enumerate().map(|(number, bar)| {
        let (x, width) = (middle(number, count) - 35.0 / count as f64, 70.0 / count as f64);
        let y = scale.y(bar.value);
        view! {
            <rect class=(number + 1 == count).then_some("last") x=percent(x) width=percent(width) y=y height=HEAD + height - y>
                <title>{bar.told}</title>
            </rect>
        }
    });
    let (title_id, description_id) = (format!("{id}-title"), format!("{id}-description"));
    let whole = HEAD + height + FOOT;
    view! {
        <div class="chart">
            <svg width=aside height=whole aria-hidden="true">{marks.collect_view()}</svg>
            <svg
                width="100%"
                height=whole
                role="img"
                aria-labelledby=title_id
                aria-describedby=description_id
                data-testid=id
            >
                <title id=title_id.clone()>{title}</title>
                <desc id=description_id.clone()>{description}</desc>
                {lines}
                {bars.collect_view()}
                {named}
            </svg>
        </div>
    }
}

/// The middle of a day's place, in percent of the width.
fn middle(number: usize, count: usize) -> f64 {
    (number as f64 + 0.5) * 100.0 / count as f64
}

/// Hundredths are finer than a screen shows.
fn percent(of_width: f64) -> String {
    format!("{of_width:.2}%")
}

/// How high numbers stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Scale {
    /// From line to line: 1, 2 or 5 with zeros behind, so that people can count along.
    step: i64,
    /// The highest line.
    top: i64,
    height: i64,
}

impl Scale {
    /// For numbers from zero to `most`, with as many lines as stand apart.
    fn of(most: i64, height: i64) -> Self {
        let (most, lines) = (most.max(1), (height / APART).max(1));
        let steps = (0..18).flat_map(|zeros| [1, 2, 5].map(|digit| digit * 10_i64.pow(zeros)));
        let step = steps.into_iter().find(|step| steps_to(most, *step) <= lines).unwrap_or(most);
        Self { step, top: steps_to(most, step).saturating_mul(step), height }
    }

    /// Where lines are drawn.
    fn lines(self) -> impl Iterator<Item = i64> {
        (0..=self.top / self.step).map(move |line| line * self.step)
    }

    /// How far below the upper edge a number stands. Something is more than nothing.
    fn y(self, value: i64) -> i64 {
        let value = value.clamp(0, self.top);
        let tall = i128::from(value) * i128::from(self.height) / i128::from(self.top);
        let tall = i64::try_from(tall).unwrap_or(self.height).max(i64::from(value > 0));
        HEAD + self.height - tall
    }
}

/// How many steps reach a number.
fn steps_to(most: i64, step: i64) -> i64 {
    most / step + i64::from(most % step > 0)
}

#[cfg(test)]
mod tests {
    use time::{Duration, macros::date};

    use super::*;

    fn bars(values: &[i64]) -> Vec<Bar> {
        let days = (0..).map(|number| date!(2026 - 10 - 27) + Duration::days(number));
        days.zip(values).map(|(day, value)| Bar { day, value: *value, told: format!("<{value}>") }).collect()
    }

    fn drawn(values: &[i64]) -> String {
        let bars = bars(values);
        view! { <Chart id="sales" title="매출" description="가장 많은 날" bars height=100 /> }.to_html()
    }

    #[test]
    fn lines_stand_at_numbers_that_people_count_by() {
        for (most, step, top) in [
            (-5, 1, 1),
            (0, 1, 1),
            (3, 1, 3),
            (5, 2, 6),
            (9, 5, 10),
            (30, 10, 30),
            (41, 20, 60),
            (1_234_567, 500_000, 1_500_000),
        ] {
            let scale = Scale::of(most, 100);
            assert_eq!((scale.step, scale.top), (step, top), "{most}");
            assert_eq!(scale.lines().last(), Some(top));
        }
        let most = Scale::of(i64::MAX, 100);
        assert!(most.y(i64::MAX) >= HEAD && most.y(0) == HEAD + 100);
    }

    #[test]
    fn the_more_the_higher_and_something_is_more_than_nothing() {
        let scale = Scale::of(1_000, 100);
        assert_eq!([0, 1, 500, 1_000, -7].map(|value| scale.y(value)), [108, 107, 58, 8, 108]);
    }

    #[test]
    fn a_chart_says_what_it_shows_and_needs_neither_styles_nor_scripts() {
        let html = drawn(&[0, 500, 1_000]);
        assert!(html.contains(r#"role="img""#) && html.contains(r#"aria-labelledby="sales-title""#), "{html}");
        assert!(html.contains(r#"<title id="sales-title">매출</title>"#), "{html}");
        assert!(html.contains(r#"<desc id="sales-description">가장 많은 날</desc>"#), "{html}");
        assert!(html.contains("&lt;500&gt;") && !html.contains("<500>"), "{html}");
        assert!(!html.contains("style=") && !html.contains("<script"), "{html}");
        assert!(html.contains("1,000") && html.contains(">10/29<"), "{html}");
    }

    #[test]
    fn each_day_has_its_bar_and_one_in_seven_its_name() {
        let html = drawn(&[7; 30]);
        assert_eq!(html.matches("<rect").count(), 30);
        assert_eq!(html.matches("class=\"last\"").count(), 1);
        assert_eq!(html.matches(r#"text-anchor="middle""#).count(), 4);
        assert!(html.contains(r#"x="100.00%""#) && html.contains(">11/25<"), "{html}");
        assert!(drawn(&[]).contains("<svg"), "no days, and still a chart");
    }
}
