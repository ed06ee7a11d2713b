#include "host/session/indexed_session_json.h"

#include <simdjson.h>

#include "host/base/time_text.h"
#include "host/event/json_text.h"
#include "host/session/json_fields.h"
#include "host/session/meta_words.h"

namespace kato {
namespace {

namespace ondemand = simdjson::ondemand;

void text_unless_empty(JsonObject& object, std::string_view name, const std::string& text) {
  if (!text.empty()) object.text(name, text);
}

void append_identity(JsonObject& object, const SessionIdentity& identity) {
  object.text("provider", identity.provider);
  object.text("providerSessionId", identity.provider_session_id);
  object.text("sessionId", identity.session_id);
  text_unless_empty(object, "parent", identity.parent_provider_session_id);
  if (identity.parentage != SessionParentage::kNone) {
    object.text("parentage", word_of(kParentageWords, identity.parentage));
  }
  if (identity.driver != SessionDriver::kUnknown) {
    object.text("driver", word_of(kDriverWords, identity.driver));
  }
  if (!identity.project_directory.empty()) {
    object.text("project", json_text_of_path(identity.project_directory));
  }
  text_unless_empty(object, "title", identity.title);
  if (identity.first_time) object.text("firstTime", format_rfc3339(*identity.first_time));
  if (identity.last_time) object.text("lastTime", format_rfc3339(*identity.last_time));
}

void append_source(std::string& out, const IndexedSource& source) {
  JsonObject object(out);
  object.text("path", json_text_of_path(source.path));
  object.number("device", source.id.device);
  object.number("inode", source.id.inode);
  object.number("size", source.size_bytes);
  object.number("mtimeNs", source.mtime_ns);
}

void append_recording(std::string& out, const IndexedRecording& recording) {
  JsonObject object(out);
  object.text("recordingId", recording.recording_id);
  object.text("destination", json_text_of_path(recording.destination));
  object.text("state", word_of(kDesiredWords, recording.desired));
}

}  // namespace

IndexedSession indexed_session_of(const SessionMeta& meta) {
  IndexedSession session;
  session.identity = meta.identity;
  session.identity.client_version.clear();
  session.event_count = meta.event_count;
  session.has_twin = meta.twin.exists;
  if (meta.twin.exists) {
    session.twin_bytes = meta.twin.size_bytes;
    session.lost_events = meta.twin.lost_events;
  }
  session.is_private = meta.is_private;
  session.cleaned = meta.cleaned;
  for (const auto& source : meta.sources) {
    session.sources.push_back({.path = source.path,
                               .id = source.id,
                               .size_bytes = source.size_bytes,
                               .mtime_ns = source.mtime_ns});
  }
  for (const auto& recording : meta.recordings) {
    session.recordings.push_back(
        {recording.recording_id, recording.destination, recording.desired});
  }
  return session;
}

std::string indexed_session_to_json(const IndexedSession& session, const SessionKeys& keys) {
  std::string line;
  JsonObject object(line);
  append_keys(object, keys);
  append_identity(object, session.identity);
  object.number("events", session.event_count);
  object.flag_if_set("twin", session.has_twin);
  if (session.twin_bytes > 0) object.number("twinBytes", session.twin_bytes);
  if (session.lost_events > 0) object.number("lostEvents", session.lost_events);
  object.flag_if_set("private", session.is_private);
  object.flag_if_set("cleaned", session.cleaned);
  object.key("sources");
  append_json_array(line, session.sources,
                    [&](const IndexedSource& source) { append_source(line, source); });
  if (!session.recordings.empty()) {
    object.key("recordings");
    append_json_array(line, session.recordings, [&](const IndexedRecording& recording) {
      append_recording(line, recording);
    });
  }
  return line;
}

// Each step returns false at the first thing that is not as it was written.
struct IndexedSessionReader::Parser {
  ondemand::parser json;
  std::string padded;
  IndexedSession session;

  static bool text(ondemand::value value, std::string& out) {
    std::string_view text;
    if (value.get_string().get(text) != simdjson::SUCCESS) return false;
    out.assign(text);
    return true;
  }
  static bool path(ondemand::value value, std::string& out) {
    if (!text(value, out)) return false;
    auto path = path_of_json_text(out);
    if (path) out = std::move(*path);
    return path.has_value();
  }
  template <class T>
  static bool number(ondemand::value value, T& out) {
    return value.get(out) == simdjson::SUCCESS;
  }
  static bool time(ondemand::value value, std::optional<UnixMillis>& out) {
    std::string_view text;
    if (value.get_string().get(text) != simdjson::SUCCESS) return false;
    out = parse_rfc3339(text);
    return out.has_value();
  }
  template <class T, size_t kCount>
  static bool word(ondemand::value value, const Words<T, kCount>& words, T& out) {
    std::string_view text;
    if (value.get_string().get(text) != simdjson::SUCCESS) return false;
    const auto known = value_of(words, text);
    if (known) out = *known;
    return known.has_value();
  }

  template <class Member>
  static bool each_member(ondemand::object object, Member&& member) {
    for (auto field : object) {
      std::string_view key;
      ondemand::value value;
      if (field.unescaped_key().get(key) != simdjson::SUCCESS) return false;
      if (field.value().get(value) != simdjson::SUCCESS) return false;
      if (!member(key, value)) return false;
    }
    return true;
  }
  template <class Take>
  static bool each_object(ondemand::value value, Take&& take) {
    ondemand::array array;
    if (value.get_array().get(array) != simdjson::SUCCESS) return false;
    for (auto element : array) {
      ondemand::object object;
      if (element.get_object().get(object) != simdjson::SUCCESS || !take(object)) return false;
    }
    return true;
  }

  bool source(ondemand::object object) {
    auto& source = session.sources.emplace_back();
    return each_member(object, [&](std::string_view key, ondemand::value value) {
      if (key == "path") return path(value, source.path);
      if (key == "device") return number(value, source.id.device);
      if (key == "inode") return number(value, source.id.inode);
      if (key == "size") return number(value, source.size_bytes);
      if (key == "mtimeNs") return number(value, source.mtime_ns);
      return key == "firstKey";  // of schema version 1
    });
  }

  bool recording(ondemand::object object) {
    auto& recording = session.recordings.emplace_back();
    return each_member(object, [&](std::string_view key, ondemand::value value) {
      if (key == "recordingId") return text(value, recording.recording_id);
      if (key == "destination") return path(value, recording.destination);
      return key == "state" && word(value, kDesiredWords, recording.desired);
    });
  }

  bool identity(std::string_view key, ondemand::value value) {
    auto& identity = session.identity;
    if (key == "provider") return text(value, identity.provider);
    if (key == "providerSessionId") return text(value, identity.provider_session_id);
    if (key == "sessionId") return text(value, identity.session_id);
    if (key == "parent") return text(value, identity.parent_provider_session_id);
    if (key == "parentage") return word(value, kParentageWords, identity.parentage);
    if (key == "driver") return word(value, kDriverWords, identity.driver);
    if (key == "project") return path(value, identity.project_directory);
    if (key == "title") return text(value, identity.title);
    if (key == "firstTime") return time(value, identity.first_time);
    return key == "lastTime" && time(value, identity.last_time);
  }

  bool member(std::string_view key, ondemand::value value) {
    if (key == "keys" || key == "recorded") return true;
    if (key == "events") return number(value, session.event_count);
    if (key == "twin") return number(value, session.has_twin);
    if (key == "twinBytes") return number(value, session.twin_bytes);
    if (key == "lostEvents") return number(value, session.lost_events);
    if (key == "private") return number(value, session.is_private);
    if (key == "cleaned") return number(value, session.cleaned);
    if (key == "sources") {
      return each_object(value, [this](ondemand::object object) { return source(object); });
    }
    if (key == "recordings") {
      return each_object(value, [this](ondemand::object object) { return recording(object); });
    }
    return identity(key, value);
  }

  bool read(std::string_view line) {
    session = {};
    padded.assign(line);
    padded.reserve(padded.size() + simdjson::SIMDJSON_PADDING);
    ondemand::document document;
    ondemand::object object;
    if (json.iterate(padded).get(document) != simdjson::SUCCESS) return false;
    if (document.get_object().get(object) != simdjson::SUCCESS) return false;
    return each_member(object, [this](std::string_view key,
                                      ondemand::value value) { return member(key, value); }) &&
           !session.identity.session_id.empty() && line.ends_with('}');
  }
};

IndexedSessionReader::IndexedSessionReader() : parser_(std::make_unique<Parser>()) {}
IndexedSessionReader::~IndexedSessionReader() = default;

const IndexedSession* IndexedSessionReader::read(std::string_view line) {
  return parser_->read(line) ? &parser_->session : nullptr;
}

}  // namespace kato
