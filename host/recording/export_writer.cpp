#include "host/recording/export_writer.h"

namespace kato {

ExportWriter::ExportWriter(FileSystem& files, ExportRequest request)
    : request_(std::move(request)), spool_(files, request_.spool_path) {}

Result<std::unique_ptr<ExportWriter>> ExportWriter::begin(FileSystem& files,
                                                          ExportRequest request) {
  std::unique_ptr<ExportWriter> writer(new ExportWriter(files, std::move(request)));
  const ExportRequest& of = writer->request_;
  RecordingContext context;
  context.session = of.session;
  auto renderer = of.sink->open({.context = context, .options_json = of.options_json});
  if (!renderer) return forward(renderer);
  writer->renderer_ = std::move(*renderer);
  // The body follows a head, which is rendered at the end, when the context is known.
  std::string discarded;
  if (of.goes_on) {
    // Nothing comes before the first event.
  } else if (auto begun = writer->renderer_->begin(discarded); !begun) {
    return forward(begun);
  }
  writer->stage_ =
      std::make_unique<RenderStage>(*writer->renderer_, of.sink->wants_json(), of.session, of.zone);
  return writer;
}

Status ExportWriter::take(const Event& event) {
  if (auto rendered = stage_->render(event, spool_.buffer()); !rendered) return rendered;
  return spool_.settle();
}

Status ExportWriter::finish(RecordingContext context,
                            const std::function<Status(std::string_view)>& out) {
  if (request_.goes_on) return spool_.drain(out);
  context.session = request_.session;
  auto head_renderer =
      request_.sink->open({.context = context, .options_json = request_.options_json});
  if (!head_renderer) return forward(head_renderer);
  std::string head;
  if (auto begun = (*head_renderer)->begin(head); !begun) return begun;
  if (auto written = out(head); !written) return written;
  return spool_.drain(out);
}

}  // namespace kato
