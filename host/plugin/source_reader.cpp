#include "host/plugin/source_reader.h"

#include "host/base/time_text.h"
#include "host/plugin/c_types.h"
#include "host/plugin/plugin_call.h"
#include "host/plugin/text_check.h"

namespace kato::plugin {
namespace {

constexpr size_t kRequiredDescriptionBytes =
    KATO_SIZE_THROUGH(kato_source_description, pattern_count);
constexpr size_t kRequiredPatternBytes = KATO_SIZE_THROUGH(kato_source_pattern, include);
constexpr size_t kRequiredCompanionBytes = KATO_SIZE_THROUGH(kato_companion_pattern, path);
constexpr size_t kRequiredIdentityBytes = KATO_SIZE_THROUGH(kato_identity, provider_session_id);

// Copies texts and remembers whether one was none.
class TextReader {
 public:
  explicit TextReader(PluginCall& call) : call_(call) {}

  std::string text(kato_str text) {
    std::string copy;
    if (!is_sane(text)) {
      call_.breach("gave a text without data, or of absurd size");
    } else if (is_valid_utf8(view(text))) {
      copy = view(text);
    } else {
      append_repaired_utf8(copy, view(text));
    }
    return copy;
  }

  std::vector<std::string> texts(const kato_str* first, size_t count) {
    std::vector<std::string> copies;
    if (count == 0) return copies;
    if (first == nullptr || count > kMaxListCount) {
      call_.breach("gave a list that is none");
      return copies;
    }
    for (size_t i = 0; i < count && !call_.is_broken(); ++i) {
      copies.push_back(text(first[i]));
    }
    return copies;
  }

 private:
  PluginCall& call_;
};

std::vector<CompanionPattern> read_companions(const kato_source_pattern& pattern,
                                              PluginCall& call) {
  std::vector<CompanionPattern> companions;
  const Elements elements(pattern.companions, pattern.companion_count);
  if (!elements.is_sane(kRequiredCompanionBytes)) {
    call.breach("gave companions that are no list");
    return companions;
  }
  TextReader reader(call);
  for (size_t i = 0; i < elements.size() && !call.is_broken(); ++i) {
    kato_companion_pattern room{};
    const auto& companion = elements.at(i, room);
    companions.push_back({reader.text(companion.name), reader.text(companion.path)});
  }
  return companions;
}

SourcePattern read_pattern(const kato_source_pattern& pattern, PluginCall& call) {
  TextReader reader(call);
  SourcePattern out;
  out.growth = static_cast<Growth>(pattern.growth);
  out.packing = static_cast<Packing>(pattern.packing);
  out.duplicates_by_rank = (pattern.flags & KATO_SOURCE_DUPLICATES_BY_RANK) != 0;
  out.may_copy_history = (pattern.flags & KATO_SOURCE_MAY_COPY_HISTORY) != 0;
  out.restates = (pattern.flags & KATO_SOURCE_RESTATES) != 0;
  out.include = reader.text(pattern.include);
  if (out.include.empty()) call.breach("gave a source pattern without a glob");
  out.excludes = reader.texts(pattern.excludes, pattern.exclude_count);
  out.companions = read_companions(pattern, call);
  return out;
}

bool can_follow(const kato_source_pattern& pattern) {
  const bool growth_is_known =
      pattern.growth == KATO_GROWTH_APPEND || pattern.growth == KATO_GROWTH_DOCUMENT;
  return growth_is_known &&
         (pattern.packing == KATO_PACKING_NONE || pattern.packing == KATO_PACKING_ZSTD);
}

Driver driver_of(int32_t driver) {
  const bool is_known = driver == KATO_DRIVER_PERSON || driver == KATO_DRIVER_PROGRAM;
  return is_known ? static_cast<Driver>(driver) : Driver::kUnknown;
}

// Unknown values: what says least.
Parentage parentage_of(int32_t parentage) {
  const bool is_known = parentage == KATO_PARENT_SPAWNED || parentage == KATO_PARENT_FORKED;
  return is_known ? static_cast<Parentage>(parentage) : Parentage::kNone;
}

SourceRelation relation_of(int32_t relation) {
  const bool is_known = relation == KATO_RELATION_CONTINUATION || relation == KATO_RELATION_COPY;
  return is_known ? static_cast<SourceRelation>(relation) : SourceRelation::kWhole;
}

}  // namespace

SourceDescription read_description(const kato_source_description* description, PluginCall& call,
                                   std::vector<std::string>& not_followed) {
  SourceDescription out;
  if (description == nullptr || description->struct_size < kRequiredDescriptionBytes) {
    call.breach("gave a description that is NULL or too small");
    return out;
  }
  TextReader reader(call);
  out.default_roots = reader.texts(description->default_roots, description->default_root_count);
  const Elements patterns(description->patterns, description->pattern_count);
  if (!patterns.is_sane(kRequiredPatternBytes)) {
    call.breach("gave source patterns that are no list");
    return out;
  }
  for (size_t i = 0; i < patterns.size() && !call.is_broken(); ++i) {
    kato_source_pattern room{};
    const auto& pattern = patterns.at(i, room);
    auto read = read_pattern(pattern, call);
    if (can_follow(pattern)) {
      out.patterns.push_back(std::move(read));
    } else {
      not_followed.push_back(std::move(read.include));
    }
  }
  return out;
}

SourceIdentity read_identity(const kato_identity* identity, PluginCall& call) {
  SourceIdentity out;
  if (identity == nullptr || identity->struct_size < kRequiredIdentityBytes) {
    call.breach("gave an identity that is NULL or too small");
    return out;
  }
  kato_identity room{};
  const auto& c = known(*identity, room);
  TextReader reader(call);
  out.driver = driver_of(c.driver);
  out.parentage = parentage_of(c.parentage);
  out.relation = relation_of(c.relation);
  out.provider_session_id = reader.text(c.provider_session_id);
  out.parent_provider_session_id = reader.text(c.parent_provider_session_id);
  out.project_directory = reader.text(c.project_directory);
  out.title_hint = reader.text(c.title_hint);
  out.started_at = reader.text(c.started_at);
  out.client_version = reader.text(c.client_version);
  out.rank = c.rank;
  out.continues_source = reader.text(c.continues_source);
  out.continues_at = reader.text(c.continues_at);
  const size_t id_size = out.provider_session_id.size();
  if (id_size == 0 || id_size > size_t{KATO_MAX_SESSION_ID_BYTES}) {
    call.breach(fmt::format("gave a session id of {} bytes; 1 to {} are allowed", id_size,
                            size_t{KATO_MAX_SESSION_ID_BYTES}));
  }
  if (!parse_rfc3339(out.started_at)) out.started_at.clear();
  return out;
}

kato_identity c_identity_of(const SourceIdentity& identity) {
  return {.struct_size = sizeof(kato_identity),
          .driver = static_cast<int32_t>(identity.driver),
          .parentage = static_cast<int32_t>(identity.parentage),
          .relation = static_cast<int32_t>(identity.relation),
          .provider_session_id = c_str_of(identity.provider_session_id),
          .parent_provider_session_id = c_str_or_absent(identity.parent_provider_session_id),
          .project_directory = c_str_or_absent(identity.project_directory),
          .title_hint = c_str_or_absent(identity.title_hint),
          .started_at = c_str_or_absent(identity.started_at),
          .client_version = c_str_or_absent(identity.client_version),
          .rank = identity.rank,
          .continues_source = c_str_or_absent(identity.continues_source),
          .continues_at = c_str_or_absent(identity.continues_at)};
}

std::vector<kato_companion> c_companions_of(const std::vector<CompanionFile>& companions) {
  std::vector<kato_companion> out;
  out.reserve(companions.size());
  for (const auto& companion : companions) {
    const kato_bytes content =
        companion.content ? c_bytes_of(*companion.content) : kato_bytes{nullptr, 0};
    out.push_back({.struct_size = sizeof(kato_companion),
                   .name = c_str_of(companion.name),
                   .path = c_str_of(companion.path),
                   .bytes = content});
  }
  return out;
}

}  // namespace kato::plugin
