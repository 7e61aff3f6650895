//! The files of AWS programs: `~/.aws/credentials` and `~/.aws/config`.

use std::collections::HashMap;
use std::path::PathBuf;

use super::credentials::Credentials;
use super::error::StoreError;
use crate::disk::read_regular_text;

/// The settings of one profile.
#[derive(Default)]
pub(super) struct AwsProfile {
    name: String,
    settings: HashMap<String, String>,
}

impl AwsProfile {
    /// Reads the profile that `AWS_PROFILE` names, else the default one; absent where there is none.
    ///
    /// # Errors
    /// When `AWS_PROFILE` names one that is in neither file.
    pub fn load() -> Result<Option<Self>, StoreError> {
        let named = variable("AWS_PROFILE").or_else(|| variable("AWS_DEFAULT_PROFILE"));
        let name = named.clone().unwrap_or_else(|| "default".to_owned());
        let mut profile = Self { name, ..Self::default() };
        let files = [("AWS_CONFIG_FILE", "config"), ("AWS_SHARED_CREDENTIALS_FILE", "credentials")];
        let mut is_there = false;
        for (variable_name, usual) in files {
            let home = || Some(PathBuf::from(variable("HOME")?).join(".aws").join(usual));
            let path = variable(variable_name).map(PathBuf::from).or_else(home);
            if let Some(text) = path.and_then(|path| read_regular_text(&path).ok()) {
                is_there |= profile.take(&text);
            }
        }
        if !is_there && named.is_some() {
            return Err(StoreError::NoProfile(profile.name));
        }
        Ok(is_there.then_some(profile))
    }

    /// A setting.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.settings.get(name).map(String::as_str)
    }

    /// The keys in the profile; absent where it has none and names no other source of them.
    ///
    /// # Errors
    /// When it gets them by a program or a sign-on that is not known here.
    pub fn credentials(&self) -> Result<Option<Credentials>, StoreError> {
        let (id, secret) = (self.get("aws_access_key_id"), self.get("aws_secret_access_key"));
        if let Some((id, secret)) = id.zip(secret) {
            return Ok(Some(Credentials {
                access_key: id.to_owned(),
                secret_key: secret.to_owned(),
                session_token: self.get("aws_session_token").map(str::to_owned),
                expires: None,
            }));
        }
        let others =
            ["role_arn", "credential_process", "sso_session", "sso_start_url", "login_session"];
        if others.iter().any(|other| self.get(other).is_some()) {
            return Err(StoreError::ProfileKind(self.name.clone()));
        }
        Ok(None)
    }

    /// Adds the settings of the profile's section. Returns whether the text has one.
    fn take(&mut self, text: &str) -> bool {
        let (mut is_in, mut is_there) = (false, false);
        for line in text.lines() {
            let plain = line.trim();
            if plain.starts_with(['#', ';']) || plain.is_empty() {
                continue;
            }
            if let Some(section) = plain.strip_prefix('[').and_then(|rest| rest.split(']').next()) {
                let section = section.trim();
                let name = section.strip_prefix("profile ").map_or(section, str::trim);
                is_in = name == self.name;
                is_there |= is_in;
            } else if is_in
                && !line.starts_with([' ', '\t']) // settings of a setting
                && let Some((name, value)) = plain.split_once('=')
            {
                let name = name.trim().to_ascii_lowercase();
                self.settings.insert(name, value.trim().to_owned());
            }
        }
        is_there
    }
}

/// A variable of the environment that is set and not empty.
pub(super) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().map(|value| value.trim().to_owned()).filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_section_of_the_profile_is_read_from_both_files() {
        let mut profile = AwsProfile { name: "clinic".to_owned(), ..AwsProfile::default() };
        assert!(!profile.take("[default]\nregion = us-east-1\n"));
        assert!(
            profile.take("# x\n[profile clinic]\nregion=ap-northeast-2\ns3 =\n  region = no\n")
        );
        assert!(profile.take(
            "[other]\naws_access_key_id = B\n[clinic]\naws_access_key_id = A\naws_secret_access_key = x=y\n"
        ));
        assert_eq!(profile.get("region"), Some("ap-northeast-2"));
        let keys = profile.credentials().unwrap().unwrap();
        assert_eq!((&*keys.access_key, &*keys.secret_key), ("A", "x=y"));
        let mut other = AwsProfile { name: "sso".to_owned(), ..AwsProfile::default() };
        other.take("[profile sso]\nsso_session = clinic\n");
        assert!(other.credentials().is_err());
    }
}
