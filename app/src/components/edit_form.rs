//! The form that makes or changes one thing: what was refused at its top, titled sections, and its button at its end.

use domain::probe::FieldError;
use leptos::{
    prelude::*,
    server_fn::{Http, ServerFn, client::Client, codec::PostUrl, request::ClientReq},
    web_sys::FormData,
};
use serde::de::DeserializeOwned;

use super::banner::FormErrors;
use crate::api::error::ApiError;

/// A form with a way back. Its fields are its children, in `FormSection`s.
#[component]
pub fn EditForm<S, P>(
    /// What saves.
    action: ServerAction<S>,
    /// The last refusal, by the names of the fields.
    #[prop(into)]
    error: Signal<Option<ApiError>>,
    /// Name of the form: the heading of its page.
    #[prop(into)]
    title: String,
    /// Of what is changed; `None` makes a new one.
    id: Option<String>,
    /// Words on the button.
    button: &'static str,
    /// Where Cancel leads.
    back: String,
    children: Children,
) -> impl IntoView
where
    S: ServerFn<Protocol = Http<PostUrl, P>> + DeserializeOwned + Clone + Send + Sync + 'static,
    <<S::Client as Client<S::Error>>::Request as ClientReq<S::Error>>::FormData: From<FormData>,
    S::Client: Client<S::Error>,
    S::Output: Send + Sync + 'static,
    S::Error: Send + Sync + 'static,
{
    let id = id.map(|id| view! { <input type="hidden" name="id" value=id/> });
    view! {
        <ActionForm action attr:class="form" attr:aria-label=title attr:novalidate="">
            <FormErrors error/>
            {id}
            {children()}
            <div class="form__actions">
                <button class="btn btn--primary" type="submit" aria-busy=busy(action)>
                    {button}
                </button>
                <a class="btn" href=back>
                    "Cancel"
                </a>
            </div>
        </ActionForm>
    }
}

/// Fields that belong together, under a heading.
#[component]
pub fn FormSection(
    /// Id of the heading.
    id: &'static str,
    title: &'static str,
    /// A sentence under it.
    note: &'static str,
    children: Children,
) -> impl IntoView {
    view! {
        <section class="form__section" aria-labelledby=id>
            <div>
                <h2 id=id>{title}</h2>
                <p class="note">{note}</p>
            </div>
            {children()}
        </section>
    }
}

/// The last refusal of an action.
pub fn refusal<S, T>(action: ServerAction<S>) -> Signal<Option<ApiError>>
where
    S: ServerFn<Output = T, Error = ApiError> + Clone + Send + Sync + 'static,
    T: Clone + Send + Sync + 'static,
{
    let value = action.value();
    Signal::derive(move || value.get().and_then(Result::err))
}

/// How often an action was done, refusals left out: what is loaded again for it, so that a refused form stays as it is.
pub fn done<S, T>(action: ServerAction<S>) -> Memo<u32>
where
    S: ServerFn<Output = T, Error = ApiError> + Clone + Send + Sync + 'static,
    T: Clone + Send + Sync + 'static,
{
    let value = action.value();
    Memo::new(move |before: Option<&u32>| {
        before.copied().unwrap_or(0) + u32::from(value.with(|value| matches!(value, Some(Ok(_)))))
    })
}

/// All of them together.
pub fn sum_of<const N: usize>(all: [Memo<u32>; N]) -> Signal<u32> {
    Signal::derive(move || all.iter().map(Memo::get).sum())
}

/// The message about one field.
pub fn wrong(error: Signal<Option<ApiError>>, field: &'static str) -> Signal<Option<String>> {
    Signal::derive(move || error.with(|error| error.as_ref().and_then(|error| error.field(field))))
}

/// What is wrong with one field of a form that came back refused.
pub fn about(wrong: &[FieldError], field: &str) -> Signal<Option<String>> {
    Signal::stored(wrong.iter().find(|error| error.field == field).map(|error| error.message.clone()))
}

/// `aria-busy` of a form's button.
pub fn busy<S>(action: ServerAction<S>) -> impl Fn() -> Option<&'static str> + Send + Sync + Copy + 'static
where
    S: ServerFn + Clone + Send + Sync + 'static,
    S::Output: Send + Sync + 'static,
    S::Error: Send + Sync + 'static,
{
    let pending = action.pending();
    move || pending.get().then_some("true")
}
