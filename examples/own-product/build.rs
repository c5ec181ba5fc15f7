//! Makes the client of Alibaba Cloud DNS.

fn main() -> Result<(), apsara_codegen::Error> {
    apsara_codegen::Builder::new("specs/alidns.json")
        .overlay("specs/DescribeDomainRecords.apsara.json")
        .operations(["AddDomainRecord", "DescribeDomainRecords"])
        .build()
}
