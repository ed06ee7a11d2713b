#include "mapping.h"

#include <string>

namespace kato::claude {

sdk::Draft Mapping::draft(kato_event_kind kind, std::string_view part_key) const {
  auto draft = record.draft(kind, part_key);
  draft.flags = draft_flags;
  draft.turn_id = memory.turn_id;
  return draft;
}

void Mapping::text(kato_event_kind kind, std::string_view part_key, std::string_view text) const {
  auto message = draft(kind, part_key);
  message.text = text;
  record.emit(message);
}

void Mapping::system_message(std::string_view part_key, std::string_view subtype,
                             std::string_view text) const {
  auto message = draft(KATO_SYSTEM_MESSAGE, part_key);
  message.subtype = subtype;
  message.text = text;
  record.emit(message);
}

void Mapping::info(std::string_view part_key, const Info& info) const {
  auto message = draft(KATO_PROVIDER_INFO, part_key);
  message.subtype = info.subtype;
  message.level = info.level;
  message.text = info.text;
  message.data_json = info.data_json;
  record.emit(message);
}

void Mapping::raw(std::string_view part_key, std::string_view raw_type) const {
  auto unknown = draft(KATO_PROVIDER_RAW, part_key);
  unknown.raw_type = raw_type;
  record.emit(unknown);
}

std::string_view Mapping::part(std::string_view name, size_t number) const {
  return arena().join({name, "/", std::to_string(number)});
}

std::string_view Mapping::part(std::string_view name, std::string_view id, size_t number) const {
  if (id.empty() || id.size() > jsonlog::kMaxIdBytes) return part(name, number);
  return arena().join({name, "/", id});
}

}  // namespace kato::claude
