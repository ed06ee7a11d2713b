// Decodes small Gemini logs and tells in short lines what came of them.
#pragma once

#include <kato/provider.hpp>
#include <memory>
#include <string>
#include <vector>

namespace kato::test {

// Keeps one decoder open, as the host does.
class GeminiSource {
 public:
  enum class Form { kJournal, kDocument };
  explicit GeminiSource(Form form, kato_parentage parentage = KATO_PARENT_NONE);

  // Hands over what follows in a journal, or all of a document as it is now. Returns one line for
  // each draft: "user.message+ text|the words". Behind the kind: "+" the log may state it again,
  // "^" it is history listed again. Then the part key and what the draft says.
  std::vector<std::string> decode(const std::string& bytes, uint32_t flags = 0);
  // Saves, and goes on with a new decoder.
  void reopen();
  [[nodiscard]] size_t state_bytes() const { return decoder_->save().blob.size(); }

  [[nodiscard]] kato_status status() const { return status_; }
  [[nodiscard]] uint64_t consumed() const { return consumed_; }
  // Of the last decode: "mapped user", "ignored $set.lastUpdated bookkeeping".
  [[nodiscard]] const std::vector<std::string>& records() const { return records_; }
  // Record keys of the drafts of the last decode.
  [[nodiscard]] const std::vector<std::string>& keys() const { return keys_; }
  [[nodiscard]] const std::string& project_directory() const { return project_directory_; }

 private:
  static GeminiSource& of(void* context) { return *static_cast<GeminiSource*>(context); }
  void open(const kato_state_blob* state);
  void hear(const kato_draft& draft);

  Form form_;
  kato_parentage parentage_;
  std::unique_ptr<sdk::Decoder> decoder_;
  uint64_t offset_ = 0;
  kato_status status_ = KATO_OK;
  uint64_t consumed_ = 0;
  std::vector<std::string> lines_;
  std::vector<std::string> records_;
  std::vector<std::string> keys_;
  std::string project_directory_;
};

// A journal with these lines, decoded whole.
std::vector<std::string> decode_journal(const std::vector<std::string>& lines);

}  // namespace kato::test
