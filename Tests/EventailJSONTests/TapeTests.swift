import Testing
@testable import EventailJSON
