//! Form fields: label above, hint below it, error under the control with an icon and words.
//!
//! Inputs are not controlled: what was typed stays, whatever the server answers.

use leptos::prelude::*;

use super::{icon::Icon, raw::raw_text};

/// The id of a field's control by the field's name in an error or in the form: `input[name]` and `name` are one.
pub fn field_id(name: &str) -> String {
    let name = name.strip_prefix("input").filter(|rest| rest.starts_with('[')).unwrap_or(name);
    let parts: Vec<_> = name.split(['[', ']', '.', ' ']).filter(|part| !part.is_empty()).collect();
    format!("f-{}", parts.join("-"))
}

/// Ids of the hint and the error that describe a control.
fn described_by(id: &str, hint: bool, error: bool) -> Option<String> {
    match (hint, error) {
        (false, false) => None,
        (true, false) => Some(format!("{id}-hint")),
        (false, true) => Some(format!("{id}-error")),
        (true, true) => Some(format!("{id}-hint {id}-error")),
    }
}

/// Label, hint, control, error.
#[component]
fn Field(
    id: String,
    label: String,
    hint: Option<String>,
    error: Signal<Option<String>>,
    /// The control itself.
    children: Children,
) -> impl IntoView {
    let (hint_id, error_id) = (format!("{id}-hint"), format!("{id}-error"));
    view! {
        <div class="field" data-error=move || error.with(Option::is_some).then_some("")>
            <label for=id>{label}</label>
            {hint.map(|hint| view! { <span class="hint" id=hint_id>{hint}</span> })}
            {children()}
            {move || {
                let id = error_id.clone();
                error
                    .get()
                    .map(|error| {
                        view! {
                            <span class="error" id=id>
                                <Icon name="late" small=true />
                                {error}
                            </span>
                        }
                    })
            }}
        </div>
    }
}

/// A one-line input.
#[component]
pub fn TextField(
    /// Words above the input.
    #[prop(into)]
    label: String,
    /// Name in the form.
    #[prop(into)]
    name: String,
    /// Id of the control, where a page has the same name in several forms.
    #[prop(optional, into)]
    id: Option<String>,
    /// What stands in it at first.
    #[prop(into, optional)]
    value: String,
    /// One sentence of help.
    #[prop(optional, into)]
    hint: Option<String>,
    /// What is wrong with it.
    #[prop(into, optional)]
    error: Signal<Option<String>>,
    /// HTML type; text by default.
    #[prop(default = "text")]
    input_type: &'static str,
    /// What the browser may fill in.
    #[prop(optional)]
    autocomplete: Option<&'static str>,
    /// Must not be empty.
    #[prop(optional)]
    required: bool,
    /// For on-screen keyboards: "numeric", "email".
    #[prop(optional)]
    inputmode: Option<&'static str>,
) -> impl IntoView {
    let id = id.unwrap_or_else(|| field_id(&name));
    let described = {
        let (id, hint) = (id.clone(), hint.is_some());
        move || described_by(&id, hint, error.with(Option::is_some))
    };
    view! {
        <Field id=id.clone() label hint error>
            <input
                class="input"
                id=id
                name=name
                type=input_type
                value=value
                autocomplete=autocomplete
                inputmode=inputmode
                required=required
                aria-invalid=move || error.with(Option::is_some).then_some("true")
                aria-describedby=described
            />
        </Field>
    }
}

/// A choice of one from a list of (value, words).
#[component]
pub fn SelectField(
    /// Words above the list.
    #[prop(into)]
    label: String,
    /// Name in the form.
    #[prop(into)]
    name: String,
    /// Id of the control, where a page has the same name in several forms.
    #[prop(optional, into)]
    id: Option<String>,
    /// Values and their words.
    options: Vec<(String, String)>,
    /// The value chosen at first.
    #[prop(into, optional)]
    value: String,
    /// One sentence of help.
    #[prop(optional, into)]
    hint: Option<String>,
    /// What is wrong with it.
    #[prop(into, optional)]
    error: Signal<Option<String>>,
) -> impl IntoView {
    let id = id.unwrap_or_else(|| field_id(&name));
    let described = {
        let (id, hint) = (id.clone(), hint.is_some());
        move || described_by(&id, hint, error.with(Option::is_some))
    };
    let options = options
        .into_iter()
        .map(|(key, words)| {
            let selected = key == value;
            view! {
                <option value=key selected=selected>
                    {words}
                </option>
            }
        })
        .collect_view();
    view! {
        <Field id=id.clone() label hint error>
            <select
                class="select"
                id=id
                name=name
                aria-invalid=move || error.with(Option::is_some).then_some("true")
                aria-describedby=described
            >
                {options}
            </select>
        </Field>
    }
}

/// One of a few choices, each a card with its words and a hint.
#[component]
pub fn Choices(
    /// Words above them.
    #[prop(into)]
    label: String,
    /// Name in the form.
    #[prop(into)]
    name: String,
    /// Value, words and hint of each.
    options: Vec<(String, String, String)>,
    /// The value chosen at first.
    #[prop(into, optional)]
    value: String,
    /// What is wrong with the choice.
    #[prop(into, optional)]
    error: Signal<Option<String>>,
    /// Two beside each other where there is room.
    #[prop(optional)]
    columns: bool,
) -> impl IntoView {
    let id = field_id(&name);
    let error_id = format!("{id}-error");
    let cards = options
        .into_iter()
        .map(|(key, words, hint)| {
            let checked = key == value;
            let hint = (!hint.is_empty()).then(|| view! { <span class="hint">{hint}</span> });
            view! {
                <label class="opt">
                    <input type="radio" name=name.clone() value=key checked=checked />
                    <span>{words}</span>
                    {hint}
                </label>
            }
        })
        .collect_view();
    let said = error.get_untracked().map(|words| {
        view! {
            <p class="error" id=error_id>
                <Icon name="late" small=true />
                {words}
            </p>
        }
    });
    view! {
        <fieldset class="stack stack--s" id=id tabindex="-1">
            <legend class="label mb-s">{label}</legend>
            <div class=if columns { "cols-2 gap-s" } else { "stack stack--s" }>{cards}</div>
            {said}
        </fieldset>
    }
}

/// An input of several lines.
#[component]
pub fn TextArea(
    /// Words above the input.
    #[prop(into)]
    label: String,
    /// Name in the form.
    #[prop(into)]
    name: String,
    /// Id of the control, where a page has the same name in several forms.
    #[prop(optional, into)]
    id: Option<String>,
    /// What stands in it at first.
    #[prop(into, optional)]
    value: String,
    /// One sentence of help.
    #[prop(optional, into)]
    hint: Option<String>,
    /// What is wrong with it.
    #[prop(into, optional)]
    error: Signal<Option<String>>,
    /// Lines shown.
    #[prop(default = 3)]
    rows: u32,
) -> impl IntoView {
    let id = id.unwrap_or_else(|| field_id(&name));
    let described = {
        let (id, hint) = (id.clone(), hint.is_some());
        move || described_by(&id, hint, error.with(Option::is_some))
    };
    view! {
        <Field id=id.clone() label hint error>
            <textarea
                class="textarea"
                id=id
                name=name
                rows=rows.to_string()
                aria-invalid=move || error.with(Option::is_some).then_some("true")
                aria-describedby=described
            >
                {raw_text(value)}
            </textarea>
        </Field>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_has_one_id_in_the_form_and_in_the_error() {
        assert_eq!(field_id("input[name]"), "f-name");
        assert_eq!(field_id("name"), "f-name");
        assert_eq!(field_id("input[params][port]"), "f-params-port");
        assert_eq!(field_id("params.port"), "f-params-port");
        assert_eq!(field_id("input"), "f-input");
    }

    #[test]
    fn hint_and_error_describe_the_control() {
        assert_eq!(described_by("f-a", false, false), None);
        assert_eq!(described_by("f-a", true, true).as_deref(), Some("f-a-hint f-a-error"));
    }
}
