//! Reads the section about approval forms.

use super::reader::Reader;
use super::recipients::recipients;
use super::scalars;
use super::settings::Forms;
use super::sources::Place;
use crate::domain::letter::{FormEmail, Letter, Recipients};

impl Reader {
    pub(super) fn forms(&mut self) -> Forms {
        let from = self.value("forms.email.from", recipients);
        let to = self.value("forms.email.to", recipients);
        let template = self.text("forms.template");
        let url = self.value("forms.url", scalars::url);
        let letter = Letter {
            template,
            date_format: self.required("forms.date_format", scalars::date_format),
            attachment_date_format: self.required("forms.attachment_date_format", scalars::date_format),
            end_date_corrective: self.required("calendar.end_date_corrective", scalars::shift),
            cc_to_creator: self.required("forms.cc_to_creator", scalars::flag),
            email: FormEmail {
                from: from.clone().unwrap_or_default(),
                to: to.clone().unwrap_or_default(),
                cc: self.required("forms.email.cc", recipients),
                subject: self.required("forms.email.subject", scalars::template),
                contents: self.required("forms.email.contents", scalars::template),
                attachments: self.value("forms.email.attachments", scalars::template),
            },
        };
        let forms = Forms {
            url,
            letter,
            timeout: self.required("forms.timeout", scalars::timeout),
            on_unknown_outcome: self.required("forms.on_unknown_outcome", scalars::word),
            authorization: self.secret("forms.authorization"),
            authorization_parameter: self.text("forms.authorization_parameter"),
        };
        match (&forms.letter.template, &forms.url) {
            (Some(_), Some(_)) => {
                self.check_not_empty("forms.email.from", from);
                self.check_not_empty("forms.email.to", to);
            }
            (Some(_), None) => self.half_a_switch("forms.template", "forms.url"),
            (None, Some(_)) => self.half_a_switch("forms.url", "forms.template"),
            (None, None) => {}
        }
        self.check_authorization(&forms);
        forms
    }

    /// Byroapi answers 500 without a sender, and 200 without a recipient, though it sends nothing then.
    fn check_not_empty(&mut self, path: &str, recipients: Option<Recipients>) {
        if recipients.is_some_and(|recipients| recipients.is_empty()) {
            self.mistake(path, "empty while forms are on; allowed: at least one e-mail address");
        }
    }

    fn half_a_switch(&mut self, given: &str, missing: &str) {
        self.warn(format!("{given} is set but {missing} is not: events are approved without a form"));
    }

    fn check_authorization(&mut self, forms: &Forms) {
        const PARAMETER: &str = "forms.authorization_parameter";
        match (&forms.authorization, &forms.authorization_parameter) {
            (Some(_), Some(_)) => {
                self.mistake(PARAMETER, "given together with forms.authorization; allowed: one of them");
            }
            (Some(_), None) if self.place == Place::Aws => {
                self.mistake(
                    "forms.authorization",
                    "not for AWS; allowed: put the header into an SSM SecureString and give its name as the template's \
                     parameter FormsAuthorizationParameter",
                );
            }
            (None, Some(_)) if self.place == Place::Local => {
                self.warn(format!(
                    "{PARAMETER} has an effect on AWS only; locally the header is read from forms.authorization"
                ));
            }
            _ => {}
        }
    }
}
