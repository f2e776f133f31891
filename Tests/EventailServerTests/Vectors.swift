/// Public keys, and tokens signed with their private halves, which nobody kept: made with the openssl program.
enum Vectors {
    static let rsaPublic = #"""
        -----BEGIN PUBLIC KEY-----
        MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEArjs1mdwOk+I3thbDEWas
        TWZ3uqrL9UbqnOUNcw/pcpkTIL3xJSPEx1+FZlOkHWZi3MZUl+M/bF3cE4Y+eo4N
        DMGj3umxEhMUz995qgQNsp7WJfvm3m9Bh/jeF+oGbtFgPOv2JlkG0LjMayqOSD08
        mLaFUDtfve6J3uIVjBz8h4Rfo8uMXHOW+A8kh1CRCGqVJnnItyue5nX4xdo+55kr
        Aie6XArEtc421fYsXqJIx+O0a8ArMld+Nt8OQL1IKSf2iKjakj8/zHhyOqD8sk3v
        6wVVqE2hnU78ZOdXTrfTQnTIYmGrRV0n4c68uQurMddhQjl1jiPgugPy7k5gfu8a
        LwIDAQAB
        -----END PUBLIC KEY-----
        """#
    static let rsaToken = #"""
        eyJhbGciOiJSUzI1NiIsImtpZCI6InIifQ.eyJzdWIiOiJhbm4iLCJyb2xlIjoib3BzIiwiZXhwIjoxNzYzNzAwMDYwfQ.TTMK-WKpE7jBV4uab398UFl6JynD91_ww7XS89AuPDQ4FocxMRPyMvYa1HR2HbnWeOn2uzno4ZzeEU3EHZavFrDxyZ40hoPN31P1in6-NKlLunfBlN2XdVLLaKsf6awu9js1f5r4so4yBtbxMbZ-QsxA9A1cZHiZO1ToPizDQxTJBabk_ySc6lGZOCVuXEovjw2yhvLtz4vcLErLeZEJ5nZkZRP9KBERR5kUKh2THJY1iz2_Z3NT-tfpbNPTPPRCuywnWcJyMF2x6NBjFMIKxAqAiOzq6IjL35zJCzfPUmaZB9AqlZoRcex_HdzcPPC3gTMo8Dh-LmMFLL7PT5AlNA
        """#
    static let curveToken = #"""
        eyJhbGciOiJFUzI1NiIsImtpZCI6ImMifQ.eyJzdWIiOiJhbm4iLCJyb2xlIjoib3BzIiwiZXhwIjoxNzYzNzAwMDYwfQ.7HwwEN2Ltx4C9OtcGDmqFlod-3gSt-fJxGJ4xGUGXOKgeE_yP6tMnhRhCqJGO-HVXFcGUebG4Qurclc1M1-EIQ
        """#
    static let edwardsToken = #"""
        eyJhbGciOiJFZERTQSIsImtpZCI6ImUifQ.eyJzdWIiOiJhbm4iLCJyb2xlIjoib3BzIiwiZXhwIjoxNzYzNzAwMDYwfQ.hbuhFVmUu2gcAuDXixbcaS9bF_DAOBRJcEewBEkK1opkJR1Q7lVdEKHL9PjpGaBVQccaLYUAuAUz6ocS0DqlAg
        """#
    static let keySet = #"""
        {"keys": [{"kty": "RSA", "kid": "r", "use": "sig", "alg": "RS256", "n": "rjs1mdwOk-I3thbDEWasTWZ3uqrL9UbqnOUNcw_pcpkTIL3xJSPEx1-FZlOkHWZi3MZUl-M_bF3cE4Y-eo4NDMGj3umxEhMUz995qgQNsp7WJfvm3m9Bh_jeF-oGbtFgPOv2JlkG0LjMayqOSD08mLaFUDtfve6J3uIVjBz8h4Rfo8uMXHOW-A8kh1CRCGqVJnnItyue5nX4xdo-55krAie6XArEtc421fYsXqJIx-O0a8ArMld-Nt8OQL1IKSf2iKjakj8_zHhyOqD8sk3v6wVVqE2hnU78ZOdXTrfTQnTIYmGrRV0n4c68uQurMddhQjl1jiPgugPy7k5gfu8aLw", "e": "AQAB"}, {"kty": "EC", "crv": "P-256", "kid": "c", "x": "qzyMkR_TGaOL1iYG4_ci9FUDX09OfTK_W_zG6TOnmCI", "y": "UVOG000cIoFjiR4TAklDU5lmmq4_yx6JnItpjPCjR14"}, {"kty": "OKP", "crv": "Ed25519", "kid": "e", "x": "Hi1O1qB4p79tYb0Q_mvjkKJpP7xpBBCuPH-kO0ERmUU"}, {"kty": "oct", "kid": "s", "k": "AAAA"}]}
        """#
    static let otherKeySet = #"""
        {"keys": [{"kty": "EC", "crv": "P-256", "kid": "c2", "x": "KBSxlLb623a8hpuHhEYzZ7drpG_05rioEBR_6r3R6kY", "y": "kDwVTCRXvYeelcvjzXp1s5u5mXnjWdoLgJUi2ctVe-8"}]}
        """#
}
