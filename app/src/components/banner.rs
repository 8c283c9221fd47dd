//! Page-level states, and the list of what is wrong with a form.

use leptos::prelude::*;

use super::{field::field_id, icon::Icon};
use crate::api::error::ApiError;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BannerKind {
    Ok,
    Warn,
    Crit,
}

impl BannerKind {
    fn class(self) -> &'static str {
        match self {
            Self::Ok => "banner banner--ok mb",
            Self::Warn => "banner banner--warn mb",
            Self::Crit => "banner banner--crit mb",
        }
    }

    fn icon(self) -> &'static str {
        match self {
            Self::Ok => "check",
            Self::Warn | Self::Crit => "late",
        }
    }

    /// Only what is critical interrupts a reader.
    fn role(self) -> &'static str {
        if self == Self::Crit { "alert" } else { "status" }
    }
}

/// Something true of the whole page. Children: a `<p>` with the fact in `<strong>`, then buttons or links.
#[component]
pub fn Banner(
    /// How bad it is.
    kind: BannerKind,
    /// Another icon than the kind's own.
    #[prop(optional)]
    icon: Option<&'static str>,
    children: Children,
) -> impl IntoView {
    view! {
        <div class=kind.class() role=kind.role()>
            <Icon name=icon.unwrap_or_else(|| kind.icon()) />
            {children()}
        </div>
    }
}

/// What the server refused about a form, at its top. Wrong fields are links to their inputs; the first gets the focus.
#[component]
pub fn FormErrors(
    /// The last error; `None` shows nothing.
    #[prop(into)]
    error: Signal<Option<ApiError>>,
) -> impl IntoView {
    Effect::new(move |_| {
        if let Some(id) = error.with(|error| error.as_ref().and_then(first_field)) {
            focus(&id);
        }
    });
    move || error.get().map(|error| view! { <FormError error /> })
}

#[component]
fn FormError(
    /// What to show.
    error: ApiError,
) -> impl IntoView {
    let (title, items) = match error {
        ApiError::Invalid(fields) => {
            let items = fields
                .into_iter()
                .map(|field| {
                    let words = match field.field.as_str() {
                        "" | "form" => field.message,
                        name => format!("{}: {}", spoken(name), field.message),
                    };
                    view! {
                        <li>
                            // Past the router, which would scroll but not move the focus.
                            <a href=format!("#{}", field_id(&field.field)) rel="external">
                                {words}
                            </a>
                        </li>
                    }
                })
                .collect_view();
            ("Please check the form. Nothing was saved.".to_owned(), Some(view! { <ul>{items}</ul> }))
        }
        other => (other.to_string(), None),
    };
    view! {
        <div class="form__errors" role="alert" tabindex="-1">
            <h2>
                <Icon name="late" />
                {title}
            </h2>
            {items}
        </div>
    }
}

/// `interval_s` as a person says it: "Interval". Units stand in the message.
fn spoken(field: &str) -> String {
    let parts: Vec<_> = field.split(['.', '[', ']']).filter(|part| !part.is_empty()).collect();
    let mut words = Vec::new();
    for (place, part) in parts.iter().enumerate() {
        let number = parts.get(place + 1).and_then(|next| next.parse::<usize>().ok());
        match number {
            // One of several: people count from 1.
            Some(number) => words.push(format!("{} {}", part.trim_end_matches('s'), number + 1)),
            None if place + 1 == parts.len() && part.parse::<usize>().is_err() => {
                words.push(part.trim_end_matches("_ms").trim_end_matches("_s").replace('_', " "));
            }
            None => {}
        }
    }
    let words = words.join(", ");
    let mut chars = words.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

fn first_field(error: &ApiError) -> Option<String> {
    match error {
        ApiError::Invalid(fields) => fields.first().map(|field| field_id(&field.field)),
        _ => None,
    }
}

/// Moves the focus to the element with this id. Does nothing on the server.
pub fn focus(id: &str) {
    #[cfg(feature = "hydrate")]
    {
        use wasm_bindgen::JsCast;
        let element = document().get_element_by_id(id).and_then(|el| el.dyn_into::<web_sys::HtmlElement>().ok());
        if let Some(element) = element {
            let _ = element.focus();
        }
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = id;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn field_names_are_spoken_without_their_units() {
        assert_eq!(spoken("interval_s"), "Interval");
        assert_eq!(spoken("timeout_ms"), "Timeout");
        assert_eq!(spoken("access_note"), "Access note");
        assert_eq!(spoken("params[port]"), "Port");
        assert_eq!(spoken("params.port"), "Port");
        assert_eq!(spoken("steps[0].after_minutes"), "Step 1, after minutes");
        assert_eq!(spoken("steps[0].whom[1]"), "Step 1, whom 2");
        assert_eq!(spoken("steps"), "Steps");
    }
}
