import EventailJSON
import EventailRedact
import Testing

@Suite struct RedactorTests {
    private static let all = Set(RedactionPattern.allCases)
    private let redactor = Redactor(RedactionRules(patterns: all, secretKeys: true))

    private func line(_ text: String, _ rules: RedactionRules? = nil) -> String {
        let bytes = (rules.map { Redactor($0) } ?? redactor).redact(json: Array(text.utf8))
        return bytes.map { String(decoding: $0, as: UTF8.self) } ?? text
    }

    @Test(arguments: [
        ("mail bob.o'neil+x@mail.example.co.uk, please", "mail [email], please"),
        ("<jos\u{e9}@example.com>", "<[email]>"),
        ("\\nbob@example.com\\n", "\\n[email]\\n"),
        ("jos\\u00e9@example.com", "[email]"),
        ("bob\\u0040example.com", "[email]"),
        ("b\\u006fb@ex\\u0061mple.com.", "[email]."),
        ("call +44 20 7946 0958 or (555) 123-4567", "call [phone] or [phone]"),
        ("555-123-4567, 1-800-555-0199, +15551234567", "[phone], [phone], [phone]"),
        ("ssn 123-45-6789.", "ssn [ssn]."),
        ("4111 1111 1111 1111 and 378282246310005", "[credit_card] and [credit_card]"),
        ("card:5555-5555-5555-4444", "card:[credit_card]"),
        ("from 203.0.113.9 to 2001:db8::ff00:42:8329", "from [ip] to [ip]"),
        ("2001:0db8:0000:0000:0000:ff00:0042:8329", "[ip]"),
        ("::ffff:203.0.113.9", "[ip]"),
        ("key sk-ant-api03-AbCdEfGhIjKlMnOpQrSt-0_1", "key [api_key]"),
        ("sk-proj-AbCdEfGhIjKlMnOpQrSt and sk-0123456789abcdefghijklmn", "[api_key] and [api_key]"),
        ("AKIAIOSFODNN7EXAMPLE", "[api_key]"),
        ("ghp_abcdefghijklmnopqrstuvwxyz0123456789", "[api_key]"),
        ("github_pat_11ABCDEFG0abcdefghijkl_mnopqrstuv", "[api_key]"),
        ("AIzaSyA0123456789abcdefghijklmnopqrstuv", "[api_key]"),
        ("xoxb-123456789012-abcdefghij", "[api_key]"),
        ("sk_live_0123456789abcdefghij", "[api_key]"),
        ("Authorization: Bearer abcdef0123456789abcd", "Authorization: Bearer [api_key]"),
        ("postgres://app:s3cret@db.example.com/x", "postgres://app:[api_key]@db.example.com/x"),
        ("-----BEGIN RSA PRIVATE KEY-----\\nMIIE\\n-----END RSA PRIVATE KEY-----\\n", "[api_key]\\n"),
        ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl", "[jwt]"),
    ])
    func findsWhatThePatternsMean(_ text: String, _ expected: String) {
        #expect(line(#"{"a":""# + text + #""}"#) == #"{"a":""# + expected + #""}"#)
    }

    @Test(arguments: [
        "2025-01-01T12:34:56.789+00:00", "550e8400-e29b-41d4-a716-446655440000", "1763700000", "1763700000000", "1763700000000000000",
        "127.0.0.1 and ::1", "version 1.2.3", "std::vec::Vec and face::add", "@@ -12,34 +12,36 @@", "git@github.com:a/b", "icon@2x.png",
        "react@18.2.0", "@app.route", "task-specific-instructions-for-the-agent", "000-12-3456", "4111111111111112", "0.4111111111111111",
        "tokens_used: 17", "12:34:56", "aa:bb:cc:dd:ee:ff", "eyJub3QiOiJhIHRva2VuIn0", "a bearer of good news", "10 200 300 4000",
    ])
    func leavesWhatOnlyLooksSimilar(_ text: String) {
        let text = #"{"a":""# + text + #""}"#
        #expect(redactor.redact(json: Array(text.utf8)) == nil)
    }

    @Test(arguments: [
        (#"{"password":"x"}"#, #"{"password":"[secret]"}"#),
        (#"{"user_password" : "a\"b", "n":1}"#, #"{"user_password" : "[secret]", "n":1}"#),
        (#"{"clientSecret":"x","apiKey":"y","API_KEY":"z"}"#, #"{"clientSecret":"[secret]","apiKey":"[secret]","API_KEY":"[secret]"}"#),
        (#"{"Authorization":"Basic eA=="}"#, #"{"Authorization":"[secret]"}"#),
        (#"{"password":12,"token":12}"#, #"{"password":"[secret]","token":12}"#),
        (#"{"credentials":{"a":["b}",1]},"c":2}"#, #"{"credentials":"[secret]","c":2}"#),
        (#"{"p\u0061ssword":"x"}"#, #"{"p\u0061ssword":"[secret]"}"#),
        (#"{"arguments":"{\"password\":\"x\\\"y\",\"b\":1}"}"#, #"{"arguments":"{\"password\":\"[secret]\",\"b\":1}"}"#),
        (#"{"arguments":"{\n  \"db_password\": 12\n}"}"#, #"{"arguments":"{\n  \"db_password\": \"[secret]\"\n}"}"#),
    ])
    func hidesTheValuesOfKeysThatLookSecret(_ text: String, _ expected: String) {
        #expect(line(text) == expected)
    }

    @Test(arguments: [
        #"{"input_tokens":5,"tokens_used":"many","token_count":3,"max_tokens":1,"next_page_token":"abc"}"#, #"{"password":"","secret":null,"token":true}"#,
        #"{"author":"a","key":"b","secretary":"c","monkey":"d","password_policy":"e"}"#, #"{"note":"the password: is here"}"#,
    ])
    func leavesTheValuesOfOtherKeys(_ text: String) {
        #expect(redactor.redact(json: Array(text.utf8)) == nil)
    }

    @Test func numbersThatAreCardsBecomeTexts() {
        #expect(line(#"{"card":4111111111111111,"b":[ 4111111111111111 ]}"#) == #"{"card":"[credit_card]","b":[ "[credit_card]" ]}"#)
    }

    @Test func fieldsAreHiddenWhereverTheirKeyIsTwice() {
        let rules = RedactionRules(fields: [JSONPointer("/payload/user/name")!, JSONPointer("/list/1")!, JSONPointer("/a~1b")!], secretKeys: false)
        #expect(
            line(#"{"payload":{"x":[{}],"user":{"name":"n"}},"payload":{"user":{"name":{"deep":1}}},"list":[1,2,3],"a/b":true}"#, rules)
                == #"{"payload":{"x":[{}],"user":{"name":"[secret]"}},"payload":{"user":{"name":"[secret]"}},"list":[1,"[secret]",3],"a/b":"[secret]"}"#)
        #expect(line(#"{"name":"n"}"#, rules) == #"{"name":"n"}"#)
        #expect(line(#"{"payload":{"user":{"n\u0061me":"n"}}}"#, rules) == #"{"payload":{"user":{"n\u0061me":"[secret]"}}}"#)
    }

    @Test func droppedMembersTakeOneCommaWithThem() {
        let rules = RedactionRules(patterns: [.email, .creditCard], fields: [JSONPointer("/list/0")!], mode: .drop)
        #expect(line(#"{"password":"x","a":1}"#, rules) == #"{"a":1}"#)
        #expect(line(#"{"a":1, "password":"x" , "secret":"y" }"#, rules) == #"{"a":1 }"#)
        #expect(line(#"{"password":"x"}"#, rules) == "{}")
        #expect(line(#"{"list":["a@b.de",2],"m":"to a@b.de","c":4111111111111111}"#, rules) == #"{"list":[2],"m":"to ","c":""}"#)
        #expect(line(#"{"s":"{\"a\":1,\n\"password\":\"x\"}"}"#, rules) == #"{"s":"{\"a\":1}"}"#)
    }

    @Test func equalTextsHaveEqualHashesThatHangOnTheKey() {
        func hash(_ text: String, _ key: String) -> String { line(#"{"m":""# + text + #""}"#, RedactionRules(patterns: [.email], mode: .hash, key: Array(key.utf8))) }
        let one = hash("a@b.de", "0123456789abcdef")
        #expect(one.hasPrefix(#"{"m":"[email:"#) && one.utf8.count == #"{"m":"[email:0123456789abcdef]"}"#.utf8.count)
        #expect(one == hash("a@b.de", "0123456789abcdef"))
        #expect(one != hash("a@b.df", "0123456789abcdef"))
        #expect(one != hash("a@b.de", "0123456789abcdeg"))
    }

    @Test func onlyWhatIsAskedForIsHidden() {
        let text = #"{"a":"a@b.de 203.0.113.9 123-45-6789","password":"x"}"#
        #expect(line(text, RedactionRules(patterns: [.ip], secretKeys: false)) == #"{"a":"a@b.de [ip] 123-45-6789","password":"x"}"#)
    }

    @Test func brokenLinesAreLookedThroughToo() {
        let text = "{\"password\":\"abc, 4111111111111111 \u{FF} a@b.de"
        let output = redactor.redact(text: Array(text.utf8)).map { String(decoding: $0, as: UTF8.self) }
        #expect(output == #"{"password":"[secret]"#)
        #expect(redactor.redact("x 4111111111111111 a@b.de") == "x [credit_card] [email]")
    }
}
