//! What stays the same for a whole schedule.

/// The properties of a whole schedule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is drawn on its own, and all go together")]
pub struct Manner {
    /// Forms with an unknown outcome wait for a person.
    pub hold: bool,
    /// Byroapi seldom says what became of a form.
    pub murky: bool,
    /// Most offices and people are in a spreadsheet.
    pub sheet: bool,
    /// The window of a sweep is more than a year; otherwise it is the weeks around today.
    pub wide: bool,
    /// How many events a page has at most.
    pub page_size: Option<usize>,
}

impl Manner {
    /// Everything in the configuration, a wide window, and Byroapi that answers clearly.
    pub fn plain(hold: bool) -> Self {
        Self { hold, murky: false, sheet: false, wide: true, page_size: None }
    }

    /// The window of a sweep, in weeks from today.
    pub fn window(&self) -> (i64, i64) {
        if self.wide { (-8, 60) } else { (-1, 2) }
    }

    /// Draws the properties of a schedule.
    pub fn draw(random: &mut fastrand::Rng) -> Self {
        let page_size = random.bool().then(|| random.usize(1..4));
        Self { hold: random.bool(), murky: random.u8(..5) == 0, sheet: random.bool(), wide: random.bool(), page_size }
    }
}
