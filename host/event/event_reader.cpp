#include <algorithm>
#include <simdjson.h>
#include <vector>

#include "host/base/time_text.h"
#include "host/event/event_line.h"

namespace kato {
namespace {

namespace ondemand = simdjson::ondemand;

std::optional<unsigned> hex_digit(char c) {
  if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a') + 10U;
  return std::nullopt;
}

bool read_event_id(std::string_view text, EventId& id) {
  if (text.size() != id.size() * 2) return false;
  for (size_t i = 0; i < id.size(); ++i) {
    const auto high = hex_digit(text[2 * i]);
    const auto low = hex_digit(text[2 * i + 1]);
    if (!high || !low) return false;
    id[i] = static_cast<uint8_t>(*high << 4U | *low);
  }
  return true;
}

CursorKind cursor_kind_of(std::string_view name) {
  if (name == "byte-offset") return CursorKind::kByteOffset;
  return name == "item-index" ? CursorKind::kItemIndex : CursorKind::kOpaque;
}

Level level_of(std::string_view name) {
  if (name == "debug") return Level::kDebug;
  if (name == "info") return Level::kInfo;
  if (name == "warning") return Level::kWarning;
  return name == "error" ? Level::kError : Level::kUnset;
}

struct TextField {
  std::string_view name;
  std::string_view Payload::* member;
};

// Members of the payload that are plain texts, whatever the kind.
constexpr TextField kPayloadTexts[] = {
    {"text", &Payload::text},
    {"phase", &Payload::phase},
    {"subtype", &Payload::subtype},
    {"toolCallId", &Payload::tool_call_id},
    {"parentToolCallId", &Payload::parent_tool_call_id},
    {"name", &Payload::tool_name},
    {"description", &Payload::description},
    {"result", &Payload::text},
    {"prompt", &Payload::text},
    {"decisionId", &Payload::decision_id},
    {"decisionKey", &Payload::decision_key},
    {"freeText", &Payload::free_text},
    {"rawType", &Payload::raw_type},
    {"command", &Payload::command},
    {"rawArgument", &Payload::raw_argument},
    {"target", &Payload::target},
    {"error", &Payload::command_error},
};

}  // namespace

// Walks one line. Each step returns false at the first thing that is not as expected.
struct EventLineReader::Parser {
  ondemand::parser json;
  std::string padded;
  std::vector<DecisionOption> options;
  std::vector<std::string_view> selections;
  std::vector<Attachment> attachments;
  Event event;
  uint64_t schema_version = 0;

  static bool text(ondemand::value value, std::string_view& out) {
    return value.get_string().get(out) == simdjson::SUCCESS;
  }
  static bool number(ondemand::value value, uint64_t& out) {
    return value.get_uint64().get(out) == simdjson::SUCCESS;
  }
  static bool flag(ondemand::value value, bool& out) {
    return value.get_bool().get(out) == simdjson::SUCCESS;
  }

  // Calls `member(key, value)` for each member of the object until one returns false.
  template <class Member>
  static bool each(ondemand::value value, Member&& member) {
    ondemand::object object;
    if (value.get_object().get(object) != simdjson::SUCCESS) return false;
    for (auto field : object) {
      std::string_view key;
      ondemand::value of_key;
      if (field.unescaped_key().get(key) != simdjson::SUCCESS) return false;
      if (field.value().get(of_key) != simdjson::SUCCESS) return false;
      if (!member(key, of_key)) return false;
    }
    return true;
  }

  template <class Element>
  static bool each_element(ondemand::value value, Element&& element) {
    ondemand::array array;
    if (value.get_array().get(array) != simdjson::SUCCESS) return false;
    for (auto item : array) {
      ondemand::value of_item;
      if (std::move(item).get(of_item) != simdjson::SUCCESS || !element(of_item)) return false;
    }
    return true;
  }

  static bool raw(ondemand::value value, std::string_view& out) {
    ondemand::json_type type{};
    if (value.type().get(type) != simdjson::SUCCESS) return false;
    if (type == ondemand::json_type::object) {
      ondemand::object object;
      return value.get_object().get(object) == simdjson::SUCCESS &&
             object.raw_json().get(out) == simdjson::SUCCESS;
    }
    if (type == ondemand::json_type::array) {
      ondemand::array array;
      return value.get_array().get(array) == simdjson::SUCCESS &&
             array.raw_json().get(out) == simdjson::SUCCESS;
    }
    out = value.raw_json_token();
    return true;
  }

  static bool cursor(ondemand::value value, Cursor& out) {
    return each(value, [&out](std::string_view key, ondemand::value of_key) {
      std::string_view kind;
      if (key == "kind") {
        if (!text(of_key, kind)) return false;
        out.kind = cursor_kind_of(kind);
        return true;
      }
      if (key != "value") return true;
      return out.kind == CursorKind::kOpaque ? text(of_key, out.opaque) : number(of_key, out.value);
    });
  }

  bool option(ondemand::value value) {
    DecisionOption found;
    if (!each(value, [&found](std::string_view key, ondemand::value of_key) {
          if (key == "label") return text(of_key, found.label);
          return key != "description" || text(of_key, found.description);
        })) {
      return false;
    }
    options.push_back(found);
    return true;
  }

  bool attachment(ondemand::value value) {
    Attachment found;
    if (!each(value, [&found](std::string_view key, ondemand::value of_key) {
          if (key == "mediaType") return text(of_key, found.media_type);
          if (key == "name") return text(of_key, found.name);
          if (key == "size") return number(of_key, found.size_bytes);
          return key != "hash" || text(of_key, found.hash);
        })) {
      return false;
    }
    attachments.push_back(found);
    return true;
  }

  bool payload_lists(std::string_view key, ondemand::value value, Payload& payload) {
    if (key == "options") return each_element(value, [this](auto item) { return option(item); });
    if (key == "attachments") {
      return each_element(value, [this](auto item) { return attachment(item); });
    }
    if (key == "selections") {
      return each_element(value,
                          [this](auto item) { return text(item, selections.emplace_back()); });
    }
    if (key == "input") return raw(value, payload.input_json);
    if (key == "data") return raw(value, payload.data_json);
    if (key == "record") return raw(value, payload.raw_json);
    return true;
  }

  bool payload_member(std::string_view key, ondemand::value value) {
    Payload& payload = event.body.payload;
    const auto* const known =
        std::ranges::find(kPayloadTexts, key, [](const TextField& field) { return field.name; });
    if (known != std::end(kPayloadTexts)) return text(value, payload.*(known->member));
    if (key == "isError") return flag(value, payload.is_error);
    if (key == "truncated") return flag(value, payload.truncated);
    if (key == "multiSelect") return flag(value, payload.multi_select);
    if (key == "line") return number(value, payload.command_line);
    if (key == "length") return number(value, payload.raw_length_bytes);
    if (key == "level") {
      std::string_view name;
      if (!text(value, name)) return false;
      payload.level = level_of(name);
      return true;
    }
    return payload_lists(key, value, payload);
  }

  bool source_member(std::string_view key, ondemand::value value) {
    if (key == "providerEventType") return text(value, event.body.provider_event_type);
    if (key == "providerEventId") return text(value, event.body.provider_event_id);
    if (key == "cursor") return cursor(value, event.body.cursor);
    uint64_t index = 0;
    if (key != "emitIndex") return true;
    if (!number(value, index)) return false;
    event.body.emit_index = static_cast<uint32_t>(index);
    return true;
  }

  bool time_member(std::string_view key, ondemand::value value) {
    if (key == "providerTimestamp") return text(value, event.body.provider_timestamp);
    if (key != "capturedAt") return true;
    std::string_view captured;
    if (!text(value, captured)) return false;
    event.captured_at = parse_rfc3339(captured);
    return event.captured_at.has_value();
  }

  bool kind_member(ondemand::value value) {
    std::string_view name;
    if (!text(value, name)) return false;
    const auto kind = kind_of_name(name);
    if (kind) event.body.kind = *kind;
    return kind.has_value();
  }

  bool revises_member(ondemand::value value) {
    std::string_view id;
    return text(value, id) && read_event_id(id, event.revises.emplace());
  }

  bool member(std::string_view key, ondemand::value value) {
    std::string_view id;
    if (key == "schemaVersion") return number(value, schema_version);
    if (key == "eventId") return text(value, id) && read_event_id(id, event.id);
    if (key == "seq") return number(value, event.seq);
    if (key == "kind") return kind_member(value);
    if (key == "turnId") return text(value, event.body.turn_id);
    if (key == "model") return text(value, event.body.model);
    if (key == "revises") return revises_member(value);
    if (key == "inherited") return flag(value, event.body.inherited);
    if (key == "source") {
      return each(value, [this](auto name, auto of_name) { return source_member(name, of_name); });
    }
    if (key == "time") {
      return each(value, [this](auto name, auto of_name) { return time_member(name, of_name); });
    }
    if (key == "payload") {
      return each(value, [this](auto name, auto of_name) { return payload_member(name, of_name); });
    }
    return true;  // "session": the caller knows it
  }

  bool parse(std::string_view line) {
    padded.assign(line);
    padded.append(simdjson::SIMDJSON_PADDING, '\0');
    options.clear();
    selections.clear();
    attachments.clear();
    event = Event{};
    schema_version = 0;
    ondemand::document document;
    ondemand::value root;
    if (json.iterate(padded.data(), line.size(), padded.size()).get(document) !=
        simdjson::SUCCESS) {
      return false;
    }
    if (document.get_value().get(root) != simdjson::SUCCESS) return false;
    if (!each(root, [this](auto key, auto value) { return member(key, value); })) return false;
    event.body.payload.options = options;
    event.body.payload.selections = selections;
    event.body.payload.attachments = attachments;
    return true;
  }
};

EventLineReader::EventLineReader() : parser_(std::make_unique<Parser>()) {}
EventLineReader::~EventLineReader() = default;

Result<Event> EventLineReader::read(std::string_view line) {
  const bool parsed = parser_->parse(line);
  if (parser_->schema_version > kEventSchemaVersion) {
    return fail(ErrorCode::kUnsupported,
                "event of schema version {}; this Kato reads up to {}: use a newer Kato",
                parser_->schema_version, kEventSchemaVersion);
  }
  if (!parsed || parser_->schema_version == 0 || parser_->event.seq == 0) {
    return fail(ErrorCode::kInvalid, "not an event's line");
  }
  return parser_->event;
}

}  // namespace kato
