#include "host/session/write_journal.h"

#include <nlohmann/json.hpp>

#include "host/base/base64.h"
#include "host/event/json_text.h"
#include "host/io/files.h"
#include "host/session/json_fields.h"

namespace kato {
namespace {

constexpr uint64_t kMaxJournalBytes = uint64_t{256} << 20;
constexpr uint64_t kMaxVoidBytes = uint64_t{64} << 10;

std::string line_of(uint64_t commit, const JournaledWrite& write) {
  std::string line;
  {
    JsonObject object(line);
    object.number("schemaVersion", kJournalSchemaVersion);
    object.number("commit", commit);
    object.text("recordingId", write.recording_id);
    object.number("device", write.file.device);
    object.number("inode", write.file.inode);
    object.number("offset", write.offset_bytes);
    object.number("length", write.length_bytes);
    object.text("hash", to_hex(write.hash));
    object.number("tailLength", write.tail_length_bytes);
    object.text("tailHash", to_hex(write.tail_hash));
    if (write.skipped_bytes > 0) object.number("skipped", write.skipped_bytes);
    object.flag_if_set("beginsLine", write.begins_line);
    if (write.cursor.written) {
      object.number("seq", write.cursor.written->seq);
      object.text("eventId", to_hex(write.cursor.written->event_id));
    }
    object.number("twinOffset", write.cursor.twin_offset);
    object.number("twinGeneration", write.cursor.twin_generation);
    object.number("stateVersion", write.state.version);
    object.text("state", to_base64(write.state.bytes));
    if (write.exported_bytes > 0) object.number("exported", write.exported_bytes);
    if (write.whole.size_bytes > 0) {
      object.number("wholeSize", write.whole.size_bytes);
      object.text("wholeChain", to_hex(write.whole.chain));
      object.text("wholeRest", to_hex(write.whole.rest));
    }
  }
  line.push_back('\n');
  return line;
}

Status read_line(std::string_view line, uint64_t& commit, JournaledWrite& write) {
  const auto json = parse_state_json(line);
  if (!json) return forward(json);
  JsonFields fields(*json, "");
  if (auto version = fields.schema_version(kJournalSchemaVersion); !version) return version;
  fields.number("commit", commit, Need::kMust);
  fields.text("recordingId", write.recording_id, Need::kMust);
  fields.number("device", write.file.device, Need::kMust);
  fields.number("inode", write.file.inode, Need::kMust);
  fields.number("offset", write.offset_bytes, Need::kMust);
  fields.number("length", write.length_bytes, Need::kMust);
  fields.hex("hash", write.hash, Need::kMust);
  fields.number("tailLength", write.tail_length_bytes, Need::kMust);
  fields.hex("tailHash", write.tail_hash, Need::kMust);
  fields.number("skipped", write.skipped_bytes);
  fields.flag("beginsLine", write.begins_line);
  EventPosition position;
  fields.number("seq", position.seq);
  if (fields.has("eventId")) {
    fields.hex("eventId", position.event_id);
    write.cursor.written = position;
  }
  fields.number("twinOffset", write.cursor.twin_offset, Need::kMust);
  fields.number("twinGeneration", write.cursor.twin_generation, Need::kMust);
  fields.number("stateVersion", write.state.version, Need::kMust);
  fields.base64("state", write.state.bytes);
  fields.number("exported", write.exported_bytes);
  fields.number("wholeSize", write.whole.size_bytes);
  fields.hex("wholeChain", write.whole.chain);
  fields.hex("wholeRest", write.whole.rest);
  return fields.finish();
}

}  // namespace

Status WriteJournal::add(FileSystem& files, uint64_t commit, const JournaledWrite& write) {
  if (!commit_) {
    if (auto loaded = load(files, commit); !loaded) return forward(loaded);
  }
  const bool goes_on = commit == *commit_ || (commit > *commit_ && size_bytes_ < kMaxVoidBytes);
  if (!goes_on) {
    size_bytes_ = 0;
    close();
  }
  commit_ = commit;
  if (!file_) {
    if (auto opened = open(files); !opened) return forward(opened, "write journal");
  }
  const auto line = line_of(commit, write);
  if (auto written = file_->append(line); !written) {
    close();
    return forward(written, "write journal");
  }
  size_bytes_ += line.size();
  return {};
}

Status WriteJournal::open(FileSystem& files) {
  auto file = files.open(path_, OpenMode::kCreateOrAppend);
  if (!file) return forward(file);
  const auto info = (*file)->info();
  if (!info) return forward(info);
  if (info->size_bytes > size_bytes_) {
    if (auto cut = (*file)->truncate(size_bytes_); !cut) return cut;
  }
  file_ = std::move(*file);
  return {};
}

Result<std::vector<JournaledWrite>> WriteJournal::load(FileSystem& files, uint64_t commit) {
  std::vector<JournaledWrite> writes;
  close();
  commit_.reset();
  size_bytes_ = 0;
  const auto content = read_whole(files, path_, kMaxJournalBytes);
  if (!content && content.error().code() == ErrorCode::kNotFound) {
    commit_ = commit;
    return writes;
  }
  if (!content) return forward(content, "write journal");
  std::string_view rest = *content;
  uint64_t of_commit = commit;
  for (auto end = rest.find('\n'); end != std::string_view::npos; end = rest.find('\n')) {
    JournaledWrite write;
    if (auto read = read_line(rest.substr(0, end), of_commit, write); !read) {
      return fail(
          read.error().code(),
          "write journal {} is damaged ({}); it was not touched, and nothing is written for "
          "the session. Move it away and restart: kato restart. What was written in the "
          "last second before the kill may then stand twice at the end of its recordings",
          path_, read.error().message());
    }
    if (of_commit == commit) writes.push_back(std::move(write));
    rest.remove_prefix(end + 1);
  }
  commit_ = commit;
  if (of_commit != commit) return std::vector<JournaledWrite>();
  size_bytes_ = content->size() - rest.size();
  return writes;
}

Status WriteJournal::remove(FileSystem& files) {
  close();
  commit_.reset();
  auto removed = files.remove(path_);
  if (!removed && removed.error().code() == ErrorCode::kNotFound) return {};
  return removed;
}

}  // namespace kato
