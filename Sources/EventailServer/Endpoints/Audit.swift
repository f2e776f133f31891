internal import EventailJSON

extension Endpoints {
    /// `/api/v1/audit`: where every byte went; with `files=true` for each generation of each file too, in their order.
    static func audit(_ sight: Sight) -> Route {
        .get("/api/v1/audit", parameters: ["files"]) { request throws(ParameterError) in
            let perFile = try request.isTrue("files")
            return .json { json in
                json.object { json in
                    write(sight.status.audit(), into: &json)
                    if !perFile { return }
                    json.field("files", array: { json in
                        for file in sight.status.auditOfFiles().sorted(by: FileAudit.stands) {
                            json.object { json in
                                json.field("path", file.path)
                                json.field("identity", file.identity)
                                json.field("generation", file.generation)
                                write(file.report, into: &json)
                            }
                        }
                    })
                }
            }
        }
    }

    private static func write(_ report: AuditReport, into json: inout JSONWriter) {
        json.field("bytes_read", report.bytesRead)
        json.field("bytes_valid", report.bytesValid)
        json.field("bytes_dead_letter", report.bytesDeadLetter)
        json.field("bytes_blank", report.bytesBlank)
        json.field("bytes_unfinished", report.bytesUnfinished)
        json.field("lines", report.lines)
        json.field("valid", report.valid)
        json.field("dead_letters", object: { json in for (reason, count) in report.deadLetters { json.field(reason, count) } })
        json.field("blank", report.blank)
        json.field("bytes_lost", object: { json in for (cause, count) in report.bytesLost { json.field(cause, count) } })
        json.field("balanced", report.balanced)
    }
}
