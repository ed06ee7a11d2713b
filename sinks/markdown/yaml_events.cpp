#include "yaml_events.h"

#include <sstream>

#include <yaml-cpp/emitterstyle.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

namespace kato::markdown {
namespace {

using Kind = YamlEvent::Kind;

class Recorder final : public YAML::EventHandler {
 public:
  std::vector<YamlEvent> events;

  void OnDocumentStart(const YAML::Mark& /*mark*/) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    add(Kind::kNull, mark, {}, number(anchor));
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    add(Kind::kAlias, mark, {}, number(anchor));
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    add(Kind::kScalar, mark, anchor == 0 ? tag : tag + "&" + number(anchor), value);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value style) override {
    add(Kind::kSequence, mark, tag, number(anchor));
    events.back().flow = style == YAML::EmitterStyle::Flow;
  }
  void OnSequenceEnd() override { add(Kind::kEnd, YAML::Mark(), {}, {}); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value style) override {
    add(Kind::kMap, mark, tag, number(anchor));
    events.back().flow = style == YAML::EmitterStyle::Flow;
  }
  void OnMapEnd() override { add(Kind::kEnd, YAML::Mark(), {}, {}); }

 private:
  static std::string number(YAML::anchor_t anchor) {
    return anchor == 0 ? std::string() : std::to_string(anchor);
  }
  void add(Kind kind, const YAML::Mark& mark, std::string tag, std::string value) {
    events.push_back({.kind = kind,
                      .tag = std::move(tag),
                      .value = std::move(value),
                      .flow = false,
                      .line = static_cast<size_t>(mark.line),
                      .column = static_cast<size_t>(mark.column)});
  }
};

std::optional<std::vector<YamlEvent>> parse_document(std::string_view text) {
  try {
    std::istringstream stream{std::string(text)};
    YAML::Parser parser(stream);
    Recorder recorder;
    if (!parser.HandleNextDocument(recorder)) return std::nullopt;
    std::vector<YamlEvent> events = std::move(recorder.events);
    if (parser.HandleNextDocument(recorder)) return std::nullopt;
    return events;
  } catch (const YAML::Exception&) {
    return std::nullopt;
  }
}

// Index behind the node that begins at `at`.
size_t behind_node(const std::vector<YamlEvent>& events, size_t at) {
  size_t depth = 0;
  while (at < events.size()) {
    const Kind kind = events[at++].kind;
    if (kind == Kind::kSequence || kind == Kind::kMap) ++depth;
    if (kind == Kind::kEnd) --depth;
    if (depth == 0) break;
  }
  return at;
}

}  // namespace

const YamlEntry* YamlMapping::find(std::string_view key) const {
  for (const YamlEntry& entry : entries) {
    if (events[entry.key].value == key) return &entry;
  }
  return nullptr;
}

std::optional<YamlMapping> parse_mapping(std::string_view text) {
  auto events = parse_document(text);
  if (!events || events->empty()) return std::nullopt;
  if (events->front().kind != Kind::kMap || events->front().flow) return std::nullopt;
  YamlMapping mapping{.events = std::move(*events), .entries = {}};
  size_t at = 1;
  while (at + 1 < mapping.events.size()) {
    const YamlEvent& key = mapping.events[at];
    if (key.kind != Kind::kScalar || mapping.find(key.value) != nullptr) return std::nullopt;
    const size_t end = behind_node(mapping.events, at + 1);
    mapping.entries.push_back({.key = at, .begin = at + 1, .end = end});
    at = end;
  }
  return mapping;
}

}  // namespace kato::markdown
